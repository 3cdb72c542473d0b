// Building pieces of the page. Texts never become markup, but for the few tags that an item may have.

export function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const key of Object.keys(attributes || {})) {
    const value = attributes[key];
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

const ALLOWED = ["B", "I", "U", "S", "SUB", "SUP", "TABLE", "TBODY", "TR", "TD", "TH", "BR"];
const SPANS = ["colspan", "rowspan"];

// A text of an item: plain with line breaks, or restricted markup inside one <div>.
export function itemText(text) {
  const fragment = document.createDocumentFragment();
  if (text.startsWith("<div>") && text.endsWith("</div>")) {
    const parsed = new DOMParser().parseFromString(text, "text/html");
    copyAllowed(parsed.body.firstChild || parsed.body, fragment);
    return fragment;
  }
  text.split("\n").forEach((line, place) => {
    if (place) fragment.append(document.createElement("br"));
    fragment.append(line);
  });
  return fragment;
}

function copyAllowed(from, to) {
  from.childNodes.forEach((node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      to.append(node.data);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const known = ALLOWED.includes(node.nodeName);
      const copy = known ? document.createElement(node.nodeName) : to;
      SPANS.forEach((name) => {
        if (known && node.hasAttribute(name)) copy.setAttribute(name, node.getAttribute(name));
      });
      copyAllowed(node, copy);
      if (known) to.append(copy);
    }
  });
}

// Show a text in a node, touching the page only when it changed (screen readers speak up otherwise).
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
