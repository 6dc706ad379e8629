// What the server finds for a typed or pasted text: places to choose from, and what to do next.
import { useEffect, useState } from "preact/hooks";
import { get, type Schema, sentence } from "../core/api";
import { place as words } from "../text/tempat";
import { Button, Field } from "./controls";

// A known place by its id, or a point of the map.
export type Place = { facility: string; name: string } | { lon: number; lat: number; name: string };

type Places = Schema<"PlacesOut">;
type Feature = Places["features"][number];

const PAUSE_MS = 200;
const KINDS: Record<Feature["properties"]["kind"], string> = {
  facility: "fasilitas",
  village: "kelurahan/desa",
  district: "kecamatan",
  city: "kota/kabupaten",
  street: "jalan",
  landmark: "tempat",
  point: "titik",
};

function placeOf({ geometry, properties }: Feature, given: string): Place {
  const { facility, name, detail, kind } = properties;
  if (facility) return { facility, name };
  const [lon, lat] = geometry.coordinates;
  const found = detail ? `${name}, ${detail}` : name;
  return { lon, lat, name: (kind === "point" && given.trim()) || found };
}

function Choice({ feature, onPick }: { feature: Feature; onPick: () => void }) {
  const { name, detail, kind, say } = feature.properties;
  return (
    <Button class="row apart" onClick={onPick}>
      <span>
        <strong>{name}</strong>
        {detail && ` · ${detail}`}
        {say && (
          <>
            <br />
            {say}
          </>
        )}
      </span>
      <span class="soft">{KINDS[kind]}</span>
    </Button>
  );
}

export function Found({ typed, onPick }: { typed: string; onPick: (place: Place) => void }) {
  const [places, setPlaces] = useState<Places | null>(null);
  const [problem, setProblem] = useState("");
  // The text for which a wider search was asked: another text is looked up here first again.
  const [widely, setWidely] = useState("");
  const [given, setGiven] = useState("");
  const wanted = typed.trim();
  const wide = wanted !== "" && wanted === widely;

  useEffect(() => {
    let current = true;
    if (!wanted) {
      setPlaces(null);
      setProblem("");
      return;
    }
    const timer = setTimeout(
      async () => {
        const question = new URLSearchParams({ q: wanted, ...(wide ? { wide: "true" } : {}) });
        try {
          const found = await get<Places>(`/api/geocode?${question}`);
          if (current) {
            setPlaces(found);
            setProblem("");
          }
        } catch (error) {
          if (current) setProblem(sentence(error));
        }
      },
      wide ? 0 : PAUSE_MS,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted, wide]);

  return (
    <div class="stack">
      <div aria-live="polite">
        {problem && <p class="error">{problem}</p>}
        {places?.say && <p>{places.say}</p>}
      </div>
      {places?.features.some((feature) => feature.properties.kind === "point") && (
        <Field label={words.name} maxLength={80} value={given} onType={setGiven} />
      )}
      {places?.features.map((feature, at) => (
        <Choice
          key={`${feature.properties.name} ${at}`}
          feature={feature}
          onPick={() => onPick(placeOf(feature, given))}
        />
      ))}
      {places?.wider && <Button label="Cari lebih luas" onClick={() => setWidely(wanted)} />}
      {places?.attribution && <p class="soft">{places.attribution}</p>}
    </div>
  );
}
