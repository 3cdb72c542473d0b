// The grid of a paper sheet, keyboard only: letters fill a cell, and where one letter is all there can be
// the next cell takes the focus. Without script it is a form with one text field a question.
const form = document.querySelector("[data-keying]");
const cells = Array.from(form.querySelectorAll("[data-kind]"));
const TRUE = "1tyv√✓";
const FALSE = "0fnx×✗";

function go(place) {
  const next = cells[place];
  if (next) {
    next.focus();
    next.select();
  } else if (place >= cells.length) {
    const written = form.querySelector("textarea, .stack input");
    (written || form.querySelector("button[type=submit]")).focus();
  }
}

function letter(cell, key) {
  const wanted = key.toUpperCase();
  if (!cell.dataset.letters.includes(wanted)) return false;
  if (cell.dataset.kind === "single") {
    cell.value = wanted;
    return true;
  }
  const chosen = new Set(cell.value.toUpperCase());
  if (chosen.has(wanted)) chosen.delete(wanted);
  else chosen.add(wanted);
  cell.value = Array.from(chosen).filter((one) => cell.dataset.letters.includes(one)).sort().join("");
  return false; // more may follow
}

function judgement(cell, key) {
  if (TRUE.includes(key.toLowerCase())) cell.value = "√";
  else if (FALSE.includes(key.toLowerCase())) cell.value = "×";
  else return false;
  return true;
}

form.addEventListener("keydown", (event) => {
  const place = cells.indexOf(event.target);
  if (place < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  const cell = event.target;
  if (event.key === "ArrowRight" || event.key === " " || event.key === "Enter") {
    event.preventDefault();
    go(place + 1);
  } else if (event.key === "ArrowLeft") {
    event.preventDefault();
    go(place - 1);
  } else if (event.key === "Backspace" || event.key === "Delete") {
    event.preventDefault();
    if (cell.value) cell.value = "";
    else go(place - 1);
  } else if (event.key.length === 1) {
    event.preventDefault();
    cell.removeAttribute("aria-invalid");
    const done = cell.dataset.letters ? letter(cell, event.key) : judgement(cell, event.key);
    if (done) go(place + 1);
  }
});

const first = form.querySelector("[aria-invalid=true]") || cells[0];
if (first) first.focus();
