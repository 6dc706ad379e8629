// Ten thousand vehicles in one draw call: a point each, its colour and shape by status, drawn by a WebGL2 layer.
import type { CustomLayerInterface, Map as MapView } from "maplibre-gl";
import { MercatorCoordinate } from "maplibre-gl";
import type { Vehicle } from "../../core/api";
import { CLASSES, STATES } from "../../core/vocabulary";

// Each mark as the legend writes it, and its colour; the shader below knows them by their order.
const MARKS = {
  available: ["▲", [0.04, 0.55, 0.38]],
  offered: ["◆", [0.93, 0.62, 0.05]],
  moving: ["●", [0.1, 0.42, 0.85]],
  carrying: ["■", [0.52, 0.2, 0.66]],
  away: ["✕", [0.5, 0.53, 0.52]],
} as const;
export type Mark = keyof typeof MARKS;
const NAMES = Object.keys(MARKS) as Mark[];
const COLOURS = Object.values(MARKS).flatMap(([, colour]) => colour);

export const shapeOf = (mark: Mark) => MARKS[mark][0];
export const css = (mark: Mark) => `rgb(${MARKS[mark][1].map((part) => part * 255).join(" ")})`;

export function markOf(vehicle: Vehicle): Mark {
  // Whoever is asked or on a trip is, also where the phone is silent: how old a position is, is another matter.
  const sign = vehicle.assignment_state ? STATES[vehicle.assignment_state].mark : "";
  const mark = NAMES.find((name) => shapeOf(name) === sign);
  return mark ?? (vehicle.duty === "available" && vehicle.link !== "lost" ? "available" : "away");
}

const VERTEX = `#version 300 es
uniform mat4 u_matrix; uniform float u_size;
in vec2 a_at; in vec2 a_look; out float v_mark; out float v_kind; out vec3 v_colour;
uniform vec3 u_colours[5];
void main() {
  gl_Position = u_matrix * vec4(a_at, 0.0, 1.0);
  gl_PointSize = u_size; v_mark = a_look.x; v_kind = a_look.y; v_colour = u_colours[int(a_look.x)];
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in float v_mark; in float v_kind; in vec3 v_colour; out vec4 colour;
float shape(vec2 p) {
  if (v_mark < 0.5) return max(abs(p.x) * 0.87 - p.y * 0.5, p.y) - 0.42;
  if (v_mark < 1.5) return abs(p.x) + abs(p.y) - 0.8;
  if (v_mark < 2.5) return length(p) - 0.68;
  if (v_mark < 3.5) return max(abs(p.x), abs(p.y)) - 0.6;
  vec2 q = abs(vec2(p.x + p.y, p.x - p.y)) * 0.7071;
  return min(max(q.x - 0.85, q.y - 0.22), max(q.y - 0.85, q.x - 0.22));
}
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  float d = shape(p);
  float edge = 0.16;
  if (d > edge) discard;
  vec3 ink = vec3(0.133);
  vec3 fill = d > 0.0 ? ink : v_colour;
  if (v_kind > 0.5 && abs(p.x) < 0.13 && abs(p.y) < 0.34) fill = vec3(1.0);
  colour = vec4(fill, 1.0);
}`;

export class VehicleLayer implements CustomLayerInterface {
  readonly id = "vehicles";
  readonly type = "custom" as const;
  private map: MapView | null = null;
  private program: WebGLProgram | null = null;
  private buffer: WebGLBuffer | null = null;
  private data = new Float32Array(0);
  private count = 0;
  private readonly origin = MercatorCoordinate.fromLngLat([106.63, -6.2]);

  set(vehicles: Iterable<Vehicle>) {
    const rows: number[] = [];
    for (const vehicle of vehicles) {
      if (vehicle.lon === null || vehicle.lat === null) continue;
      const at = MercatorCoordinate.fromLngLat([vehicle.lon, vehicle.lat]);
      const kind = CLASSES[vehicle.class].mark === "J" ? 1 : 0;
      // Relative to an origin nearby: 32-bit floats are too coarse for the world.
      rows.push(at.x - this.origin.x, at.y - this.origin.y, NAMES.indexOf(markOf(vehicle)), kind);
    }
    this.data = new Float32Array(rows);
    this.count = rows.length / 4;
    this.map?.triggerRepaint();
  }

  onAdd(map: MapView, gl: WebGL2RenderingContext) {
    this.map = map;
    const compile = (type: number, source: string) => {
      const shader = gl.createShader(type) as WebGLShader;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
        throw new Error(gl.getShaderInfoLog(shader) ?? "shader");
      return shader;
    };
    const program = gl.createProgram() as WebGLProgram;
    gl.attachShader(program, compile(gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, compile(gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(program);
    this.program = program;
    this.buffer = gl.createBuffer();
  }

  render(
    gl: WebGL2RenderingContext | WebGLRenderingContext,
    options: { defaultProjectionData: { mainMatrix: ArrayLike<number> } },
  ) {
    if (!this.program || !(gl instanceof WebGL2RenderingContext)) return;
    gl.useProgram(this.program);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.data, gl.DYNAMIC_DRAW);
    const at = gl.getAttribLocation(this.program, "a_at");
    const look = gl.getAttribLocation(this.program, "a_look");
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 16, 0);
    gl.enableVertexAttribArray(look);
    gl.vertexAttribPointer(look, 2, gl.FLOAT, false, 16, 8);
    const m = Array.from(options.defaultProjectionData.mainMatrix);
    const moved = [...m];
    for (let row = 0; row < 4; row++) {
      moved[12 + row] =
        (m[row] ?? 0) * this.origin.x + (m[4 + row] ?? 0) * this.origin.y + (m[12 + row] ?? 0);
    }
    gl.uniformMatrix4fv(gl.getUniformLocation(this.program, "u_matrix"), false, new Float32Array(moved));
    const zoom = this.map?.getZoom() ?? 12;
    const size = Math.min(30, Math.max(11, (zoom - 7) * 4)) * window.devicePixelRatio;
    gl.uniform1f(gl.getUniformLocation(this.program, "u_size"), size);
    gl.uniform3fv(gl.getUniformLocation(this.program, "u_colours"), COLOURS);
    gl.disable(gl.DEPTH_TEST);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }
}

export function pick(map: MapView, vehicles: Iterable<Vehicle>, x: number, y: number): Vehicle | null {
  let best: Vehicle | null = null;
  let near = 18;
  for (const vehicle of vehicles) {
    if (vehicle.lon === null || vehicle.lat === null) continue;
    const at = map.project([vehicle.lon, vehicle.lat]);
    const far = Math.hypot(at.x - x, at.y - y);
    if (far < near) {
      near = far;
      best = vehicle;
    }
  }
  return best;
}
