// The table of all runs: sorted by its headings, filtered by words. Without this it is a plain table.
// And what a link leads to is opened, if it is folded away; a run stands alone below the headings.
// And what is read in the dark is printed as in the light, drawings too: paper is white.

function value(row, column) {
  const text = row.cells[column].textContent.trim();
  // A dash is nothing, and stands last.
  return text === "–" || text === "" ? null : text;
}

function compare(one, other) {
  if (one === null || other === null) return (one === null) - (other === null);
  const numbers = [Number(one), Number(other)];
  return numbers.some(Number.isNaN) ? one.localeCompare(other) : numbers[0] - numbers[1];
}

function sort(table, heading) {
  const column = heading.cellIndex;
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => {
    const [one, other] = [value(a, column), value(b, column)];
    return one === null || other === null || !down ? compare(one, other) : compare(other, one);
  });
  body.append(...rows);
}

function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, heading));
    heading.append(button);
  }
}

function makeFilter(table) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const count = document.createElement("output");
  input.type = "search";
  label.append("Rows with all of these words: ", input, " ", count);
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    count.value = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
  };
  input.addEventListener("input", show);
  table.before(label);
  show();
}

function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && (target.querySelector(":scope > details") || target.closest("details"));
  for (let box = folded; box; box = box.parentElement.closest("details")) box.open = true;
  const input = target && target.matches("#run-table tr") && document.querySelector("#run-table input");
  if (input) {
    input.value = target.id.slice("run-".length);
    input.dispatchEvent(new Event("input"));
  }
  if (folded) target.scrollIntoView();
}

window.addEventListener("hashchange", open);

document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("#run-table table");
  if (table && table.tHead && table.tBodies.length) {
    makeSortable(table);
    makeFilter(table);
  }
  open();
});

const ground = document.documentElement.dataset;
let before = ground.theme;

window.addEventListener("beforeprint", () => {
  before = ground.theme;
  ground.theme = "light";
});

window.addEventListener("afterprint", () => {
  ground.theme = before;
});
