// A photograph of the reader's own: opened, classified and mapped in the browser, nowhere else.
// What it computes is what `pixels-to-sentiment map` computes with the same run: the picture is
// warped to squares, prepared, and passed through the network, whose log-odds are the map.

const page = document.getElementById("photograph-trial");
const folder = new URL(".", import.meta.url);
const part = (name) => page.querySelector(`[data-part="${name}"]`);
// Rows of a large picture that are looked at together, so that memory stays small.
const STRIP = 256;
// As many pixels as `pixels-to-sentiment map` takes.
const MOST = 89478485;
// Test pictures with about the same probability that are counted.
const ALIKE = 40;
let loading = null;
let shown = null;

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const say = (text, wrong = false) => {
  part("said").textContent = text;
  part("said").classList.toggle("wrong", wrong);
};

// A number for programs that read the page, such as its tests.
const keep = (name, value) => { page.dataset[name] = JSON.stringify(value); };

async function fetched(name, done) {
  const answer = await fetch(new URL(name, folder));
  if (!answer.ok) throw new Error(`${name} cannot be loaded (${answer.status}).`);
  const reader = answer.body.getReader();
  const parts = [];
  for (;;) {
    const { value, done: over } = await reader.read();
    if (over) break;
    parts.push(value);
    done(value.length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function load() {
  const facts = await (await fetch(new URL("model.json", folder))).json();
  const bar = part("loaded");
  const names = ["ort-wasm-simd-threaded.wasm", "model.onnx"];
  bar.max = names.reduce((sum, name) => sum + facts.bytes[name], 0);
  bar.value = 0;
  bar.hidden = false;
  const more = (bytes) => { bar.value += bytes; };
  const [wasm, model] = await Promise.all(names.map((name) => fetched(name, more)));
  const ort = await import(new URL("ort.wasm.min.mjs", folder));
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model);
  bar.hidden = true;
  return { facts, ort, session };
}

function network() {
  // Tried again after it failed.
  loading ??= load().catch((fault) => { loading = null; throw fault; });
  return loading;
}

async function opened(file) {
  let image;
  try {
    image = await createImageBitmap(file, { colorSpaceConversion: "none" });
  } catch {
    throw new Error(
      `${file.name} is no picture that this browser can open: choose a JPEG, PNG or WebP, or save it as one of these.`,
    );
  }
  if (image.width * image.height > MOST) {
    throw new Error(
      `${file.name} has ${image.width} × ${image.height} pixels, more than the limit of ${MOST.toLocaleString("en")}: make it smaller.`,
    );
  }
  return image;
}

// Between the four nearest pixels and without smoothing, as Caffe warps; see `data.pictures.warp`.
function warped(image, side) {
  const { width, height } = image;
  const at = (place, size) => {
    const exact = Math.min(Math.max((place + 0.5) * (size / side) - 0.5, 0), size - 1);
    const low = Math.floor(exact);
    return [low, Math.min(low + 1, size - 1), exact - low];
  };
  const columns = Array.from({ length: side }, (_, x) => at(x, width));
  const made = new Uint8ClampedArray(side * side * 3);
  const canvas = new OffscreenCanvas(width, Math.min(STRIP, height));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let [top, strip] = [-1, null];
  for (let y = 0; y < side; y++) {
    const [above, below, down] = at(y, height);
    if (strip === null || below >= top + canvas.height) {
      top = Math.min(above, height - canvas.height);
      // Transparent is white.
      pen.fillStyle = "white";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, -top);
      strip = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    }
    const [row, next] = [(above - top) * width, (below - top) * width];
    for (let x = 0; x < side; x++) {
      const [left, right, across] = columns[x];
      for (let c = 0; c < 3; c++) {
        const pixel = (place) => strip[4 * place + c];
        const upper = pixel(row + left) * (1 - across) + pixel(row + right) * across;
        const lower = pixel(next + left) * (1 - across) + pixel(next + right) * across;
        made[3 * (y * side + x) + c] = upper * (1 - down) + lower * down;
      }
    }
  }
  return made;
}

// Of a square of RGB bytes, a square crop as the network takes it, mirrored or not.
function prepared(facts, pixels, side, [top, left], crop, mirrored = false) {
  const input = new Float32Array(3 * crop * crop);
  for (let c = 0; c < 3; c++) {
    const from = facts.order === "BGR" ? 2 - c : c;
    for (let y = 0; y < crop; y++) {
      for (let x = 0; x < crop; x++) {
        const column = left + (mirrored ? crop - 1 - x : x);
        const value = pixels[3 * ((top + y) * side + column) + from];
        input[(c * crop + y) * crop + x] = (value * facts.scale - facts.mean[c]) / facts.std[c];
      }
    }
  }
  return input;
}

async function logOdds({ ort, session }, input, side) {
  const pixels = new ort.Tensor("float32", input, [1, 3, side, side]);
  const { log_odds: found } = await session.run({ pixels });
  return { values: Array.from(found.data), count: found.dims[1] };
}

const mean = (values) => values.reduce((a, b) => a + b) / values.length;

async function probability(model, small, corner, mirrored) {
  const { facts } = model;
  const input = prepared(facts, small, facts.small, corner, facts.crop, mirrored);
  return sigmoid(mean((await logOdds(model, input, facts.crop)).values));
}

const middle = ({ small, crop }) => [Math.floor((small - crop) / 2), Math.floor((small - crop) / 2)];

async function tenCrops(model, small) {
  const { facts } = model;
  const end = facts.small - facts.crop;
  const corners = [[0, 0], [0, end], [end, 0], [end, end], middle(facts)];
  const found = [];
  for (const mirrored of [false, true]) {
    for (const corner of corners) found.push(await probability(model, small, corner, mirrored));
  }
  return mean(found);
}

// As sure as it is right on the pictures of its test fold.
const calibrated = (p, facts) => sigmoid(Math.log(p / (1 - p)) / facts.temperature);

function alike(p, facts) {
  const nearest = [...facts.tested].sort((a, b) => Math.abs(a[0] - p) - Math.abs(b[0] - p));
  const some = nearest.slice(0, ALIKE);
  const positive = some.filter(([, label]) => label === 1).length;
  const answers = some.map(([given]) => given);
  return { positive, of: some.length, low: Math.min(...answers), high: Math.max(...answers) };
}

function answer(p, facts, crops) {
  const { positive, of, low, high } = alike(p, facts);
  const word = p > 0.5 ? "positive" : "negative";
  const right = p > 0.5 ? positive : of - positive;
  return (
    `${word}: probability of positive ${percent(p)} (${crops}), calibrated ` +
    `${percent(calibrated(p, facts))}. Of the ${of} test pictures that it answered most alike ` +
    `(${percent(low)} to ${percent(high)}) it was right on ${right}.`
  );
}

// Which place of the map each pixel of a side lies in, -1 for none; see `maps.drawing.placed`.
function nearest(places, size) {
  const half = (places.at(-1) - places[0]) / (places.length - 1) / 2;
  const [low, high] = [places[0] - half, places.at(-1) + half];
  return Array.from({ length: size }, (_, pixel) => {
    const at = (pixel + 0.5) / size;
    const lies = (at > low || low < half) && (at < high || 1 - high < half);
    const place = places.findIndex((one, k) => k === places.length - 1 || at < (one + places[k + 1]) / 2);
    return lies ? place : -1;
  });
}

function draw() {
  const { image, map, facts } = shown;
  const canvas = part("picture");
  const size = Math.min(1, 640 / Math.max(image.width, image.height));
  canvas.width = Math.max(1, Math.round(image.width * size));
  canvas.height = Math.max(1, Math.round(image.height * size));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const over = new OffscreenCanvas(canvas.width, canvas.height);
  const brush = over.getContext("2d");
  const drawn = brush.createImageData(over.width, over.height);
  const [rows, columns] = [nearest(facts.places, over.height), nearest(facts.places, over.width)];
  const [negative, none, positive] = facts.colours;
  for (let y = 0; y < over.height; y++) {
    for (let x = 0; x < over.width; x++) {
      if (rows[y] < 0 || columns[x] < 0) continue;
      const value = map.values[rows[y] * map.count + columns[x]] / facts.full_colour;
      const share = Math.min(1, Math.abs(value));
      const end = value < 0 ? negative : positive;
      const place = 4 * (y * over.width + x);
      for (let c = 0; c < 3; c++) drawn.data[place + c] = none[c] + (end[c] - none[c]) * share;
      drawn.data[place + 3] = 255;
    }
  }
  brush.putImageData(drawn, 0, 0);
  pen.globalAlpha = part("opacity").value / 100;
  pen.drawImage(over, 0, 0);
}

function tell() {
  const { map, p, facts } = shown;
  part("answer").textContent = answer(p, facts, "centre crop");
  const [low, high] = [Math.min(...map.values), Math.max(...map.values)];
  const signed = (x) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`;
  part("range").textContent =
    `Map: blue speaks for positive, vermilion for negative, from ${signed(low)} to ${signed(high)} ` +
    `nats of log-odds; colours are full at ${facts.full_colour} nats.`;
  part("picture").setAttribute(
    "aria-label", `Your photograph with its sentiment map over it: ${part("answer").textContent}`,
  );
  part("run").textContent = facts.words;
}

async function show(file) {
  part("result").hidden = true;
  part("ten").disabled = true;
  try {
    say("Opening the photograph …");
    const image = await opened(file);
    say("Loading the network; it stays in this browser …");
    const model = await network();
    say("Looking …");
    const began = performance.now();
    const { facts } = model;
    const small = warped(image, facts.small);
    const p = await probability(model, small, middle(facts), false);
    const large = prepared(facts, warped(image, facts.large), facts.large, [0, 0], facts.large);
    const map = await logOdds(model, large, facts.large);
    shown = { image, map, p, facts, small };
    keep("centre", p);
    keep("map", map.values);
    keep("seconds", (performance.now() - began) / 1000);
    part("result").hidden = false;
    draw();
    tell();
    part("ten").disabled = false;
    say("");
  } catch (fault) {
    say(fault.message, true);
  }
}

async function showTen() {
  part("ten").disabled = true;
  say("Looking at ten crops …");
  const p = await tenCrops(await network(), shown.small);
  keep("ten", p);
  part("answer").textContent = answer(p, shown.facts, "mean of ten crops");
  say("");
}

function begin() {
  say("");
  const chosen = part("file");
  chosen.disabled = false;
  chosen.addEventListener("change", () => chosen.files[0] && show(chosen.files[0]));
  part("ten").addEventListener("click", showTen);
  part("opacity").addEventListener("input", draw);
  const drop = part("drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) show(event.dataTransfer.files[0]);
    });
  }
}

begin();
