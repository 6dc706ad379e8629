// Lists of plain lines, of names with what they stand for, and of the columns of a table.
import type { ComponentChildren, ComponentProps } from "preact";

export const Lines = ({ of, ...list }: { of: string[] } & ComponentProps<"ul">) => (
  <ul {...list}>
    {of.map((line, at) => (
      <li key={`${line} ${at}`}>{line}</li>
    ))}
  </ul>
);

export const Named = ({ of, ...list }: { of: [string, ComponentChildren][] } & ComponentProps<"dl">) => (
  <dl {...list}>
    {of.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

export const HeadRow = ({ of }: { of: string[] }) => (
  <tr>
    {of.map((name) => (
      <th scope="col" key={name}>
        {name}
      </th>
    ))}
  </tr>
);
