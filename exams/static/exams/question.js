// One question with its inputs: real radios, checkboxes and fields, so keyboards and screen readers work unasked.

import { element, itemText } from "./elements.js";
import { isAnswered } from "./sheet.js";

const KINDS = {
  single: "单选题",
  multiple: "多选题",
  uncertain: "不定项选择题",
  true_false: "判断题",
  fill_blank: "填空题",
  short_answer: "简答题",
};
const MANY = ["multiple", "uncertain"];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MAX_TEXT = 20000; // characters; 64 kB at three bytes each

export function kindWords(slot) {
  const many = MANY.includes(slot.kind) ? " · 可选多个" : "";
  return `${KINDS[slot.kind]} · ${Number(slot.points)} 分${many}`;
}

// The options of a question: {value, letter, text}. 判断 has two of its own.
export function optionsOf(slot) {
  if (slot.kind === "true_false") {
    return [
      { value: true, letter: "对", text: "正确" },
      { value: false, letter: "错", text: "错误" },
    ];
  }
  return (slot.choices || []).map((one, place) => ({ value: one.id, letter: LETTERS[place], text: one.text }));
}

// `answer(value)` is called with every change; null for a cleared answer.
export function questionElement(slot, number, value, locked, answer) {
  const legend = element(
    "legend",
    {},
    element("span", { class: "question-kind" }, element("span", {}, `${number}. ${kindWords(slot)}`)),
    element("span", { class: "question-stem" }, itemText(slot.stem))
  );
  const fieldset = element("fieldset", { class: "question", "data-slot": slot.slot, disabled: locked }, legend);
  if (slot.material) {
    const material = element("div", { class: "question-material" }, itemText(slot.material));
    legend.insertBefore(material, legend.lastChild);
  }
  if (slot.kind === "fill_blank") blanks(fieldset, slot, value, answer);
  else if (slot.kind === "short_answer") essay(fieldset, slot, value, answer);
  else choices(fieldset, slot, value, answer);
  return fieldset;
}

function choices(fieldset, slot, value, answer) {
  const many = MANY.includes(slot.kind);
  const chosen = many ? value || [] : [value];
  const list = element("div", { class: many ? "choices choices-many" : "choices" });
  const count = many ? element("p", { class: "chosen-count" }) : null;
  const showCount = (ids) => count && (count.textContent = `已选 ${ids.length} 个`);
  for (const option of optionsOf(slot)) {
    const input = element("input", {
      class: "choice-input",
      type: many ? "checkbox" : "radio",
      name: slot.slot,
      value: String(option.value),
      checked: chosen.includes(option.value),
      onchange() {
        if (!many) {
          answer(option.value);
          return;
        }
        const ids = [...list.querySelectorAll("input:checked")].map((one) => one.value).sort();
        showCount(ids);
        answer(ids.length ? ids : null);
      },
    });
    const row = element(
      "span",
      { class: "choice-row" },
      element("span", { class: "choice-letter", "aria-hidden": "true" }, option.letter),
      element("span", { class: "choice-text" }, itemText(option.text)),
      element("span", { class: "choice-mark", "aria-hidden": "true" }, "✓ 已选")
    );
    list.append(element("label", { class: "choice" }, input, row));
  }
  fieldset.append(list);
  if (count) {
    showCount(chosen);
    fieldset.append(count);
  }
}

function blanks(fieldset, slot, value, answer) {
  const fields = [];
  for (let place = 0; place < slot.blanks; place += 1) {
    const id = `${slot.slot}-${place + 1}`;
    const input = element("input", {
      class: "blank-input",
      id,
      value: value ? value[place] : "",
      maxlength: "500",
      autocomplete: "off",
      oninput() {
        const texts = fields.map((one) => one.value);
        answer(isAnswered(texts) ? texts : null);
      },
    });
    fields.push(input);
    const label = element("label", { class: "blank-label", for: id }, `第 ${place + 1} 空`);
    fieldset.append(element("div", { class: "blank" }, label, input));
  }
}

function essay(fieldset, slot, value, answer) {
  const area = element("textarea", {
    class: "answer-text",
    "aria-label": "您的答案",
    maxlength: String(MAX_TEXT),
    oninput() {
      answer(isAnswered(area.value) ? area.value : null);
    },
  });
  area.value = value || "";
  fieldset.append(area);
}
