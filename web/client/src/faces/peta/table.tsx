// The same vehicles as a table, for keyboard and screen reader.
import { signal } from "@preact/signals";
import { text } from "../../text/id";
import { openModal } from "../../ui/modal";
import { moved, tableOpen, vehicles } from "./state";

const words = signal("");
const MOST = 200;

export function Table() {
  void moved.value;
  const wanted = words.value.toLowerCase();
  const rows = [...vehicles.value.values()].filter((vehicle) =>
    `${vehicle.name} ${vehicle.plate} ${vehicle.agency} ${text.vehicleClass[vehicle.class]}`
      .toLowerCase()
      .includes(wanted),
  );
  return (
    <dialog
      class="table"
      aria-label="Tabel kendaraan"
      ref={openModal}
      onClose={() => (tableOpen.value = false)}
    >
      <p class="head">
        <strong>Kendaraan ({rows.length})</strong>
        <button type="button" onClick={() => (tableOpen.value = false)}>
          Tutup
        </button>
      </p>
      <label>
        Cari
        <input
          type="search"
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
          }}
        />
      </label>
      <table>
        <thead>
          <tr>
            <th scope="col">Kendaraan</th>
            <th scope="col">Jenis</th>
            <th scope="col">Status</th>
            <th scope="col">Posisi</th>
          </tr>
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
    </dialog>
  );
}
