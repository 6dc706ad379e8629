// The same vehicles as a table, for keyboard and screen reader.
import { signal } from "@preact/signals";
import { text } from "../../text/id";
import { Button, bound, Field } from "../../ui/controls";
import { Dialog } from "../../ui/dialog";
import { HeadRow } from "../../ui/lines";
import { moved, tableOpen, vehicles } from "./state";

const words = signal("");
const MOST = 200;

const close = () => (tableOpen.value = false);

export function Table() {
  void moved.value;
  const wanted = words.value.toLowerCase();
  const rows = [...vehicles.value.values()].filter((vehicle) =>
    `${vehicle.name} ${vehicle.plate} ${vehicle.agency} ${text.vehicleClass[vehicle.class]}`
      .toLowerCase()
      .includes(wanted),
  );
  return (
    <Dialog class="table" aria-label="Tabel kendaraan" onClose={close}>
      <p class="head">
        <strong>Kendaraan ({rows.length})</strong>
        <Button label={text.close} onClick={close} />
      </p>
      <Field label="Cari" type="search" {...bound(words)} />
      <table>
        <thead>
          <HeadRow of={["Kendaraan", "Jenis", "Status", "Posisi"]} />
        </thead>
        <tbody>
          {rows.slice(0, MOST).map((vehicle) => (
            <tr key={vehicle.id}>
              <th scope="row">{vehicle.name}</th>
              <td>{text.vehicleClass[vehicle.class]}</td>
              <td>
                {vehicle.assignment_state ? text.trip[vehicle.assignment_state] : text.duty[vehicle.duty]}
              </td>
              <td>{text.link[vehicle.link]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
