// Draws one question and sends what was answered. The key is in Python and never comes here.
//
// JupyterLab acts on keys (b adds a cell, d d deletes one) unless the focused element itself says
// data-lm-suppress-shortcuts: the attribute on a parent does not do.

const PATIENCE = 5000;
const SILENT = "The kernel does not answer: run this cell again.";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function focusable(tag, properties = {}, ...children) {
  return element(tag, { ...properties, "data-lm-suppress-shortcuts": "true" }, ...children);
}

const html = (tag, className, innerHTML) => element(tag, { className, innerHTML });
const uniqueName = () => `lockstep-${Math.random().toString(36).slice(2)}`;

// Each kind returns the elements to show, how to read them and how to fill them in, both in the
// words that Python's `answer` takes.

function options(spec, type) {
  const name = uniqueName();
  const inputs = spec.options.map(() => focusable("input", { type, name }));
  const rows = spec.options.map((text, index) =>
    element(
      "label",
      { className: "lockstep-option" },
      inputs[index],
      element("span", { className: "lockstep-letter" }, `${LETTERS[index]}.`),
      html("span", "lockstep-text", text),
    ),
  );
  return {
    elements: rows,
    read: () => inputs.flatMap((input, i) => (input.checked ? [LETTERS[i]] : [])).join(", "),
    fill: (words) =>
      inputs.forEach((input, i) => (input.checked = words.split(", ").includes(LETTERS[i]))),
  };
}

function textField(spec, submit) {
  const input = focusable("input", { type: "text", autocomplete: "off", spellcheck: false });
  if (spec.kind === "number") input.inputMode = "decimal";
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) submit();
  });
  const label = element(
    "label",
    { className: `lockstep-field lockstep-${spec.kind}` },
    element("span", {}, spec.label),
    input,
  );
  if (spec.unit) label.append(element("span", {}, spec.unit));
  const elements = [label];
  if (spec.code) elements.unshift(element("pre", {}, element("code", {}, spec.code)));
  return { elements, read: () => input.value, fill: (words) => (input.value = words) };
}

function orderedLines(spec) {
  const list = element("ol", { className: "lockstep-lines" });
  const position = element("div", { className: "lockstep-unseen", role: "status" });
  const items = spec.lines.map((line, index) => {
    const text = html("span", "lockstep-text", line);
    const item = element("li", { value: index + 1 });
    const move = (step, button) => {
      const order = [...list.children];
      const from = order.indexOf(item);
      const to = from + step;
      if (to < 0 || to >= order.length) {
        position.textContent = `Line ${index + 1} is already ${step < 0 ? "first" : "last"}.`;
        return;
      }
      if (step < 0) order[to].before(item);
      else order[to].after(item);
      button.focus(); // an element that moves in the page loses it
      mark();
      position.textContent = `Line ${index + 1} is now ${to + 1} of ${order.length}.`;
    };
    const button = (sign, word, step) => {
      const made = focusable("button", { type: "button", className: "lockstep-move" }, sign);
      made.setAttribute("aria-label", `${word}: ${text.textContent}`);
      made.title = word;
      made.addEventListener("click", () => move(step, made));
      return made;
    };
    item.append(
      element("span", { className: "lockstep-moves" }, button("↑", "Up", -1), button("↓", "Down", 1)),
      element("span", { className: "lockstep-letter" }, `${index + 1}.`),
      text,
    );
    return item;
  });
  // aria-disabled rather than disabled: a disabled button would drop the keyboard's focus.
  const mark = () =>
    [...list.children].forEach((item, at) => {
      const [up, down] = item.querySelectorAll("button");
      up.setAttribute("aria-disabled", String(at === 0));
      down.setAttribute("aria-disabled", String(at === items.length - 1));
    });
  list.append(...items);
  mark();
  return {
    elements: [list, position],
    read: () => [...list.children].map((item) => items.indexOf(item) + 1).join(" "),
    fill: (words) => {
      list.append(...words.split(" ").map((number) => items[Number(number) - 1]));
      mark();
    },
  };
}

function matchedPairs(spec) {
  const rights = element("ol", { className: "lockstep-rights", type: "a" });
  rights.append(...spec.rights.map((right) => html("li", "", right)));
  const selects = spec.lefts.map(() => {
    const select = focusable("select", {}, element("option", { value: "" }, "choose …"));
    const choice = (text, i) => element("option", { value: LETTERS[i] }, `${LETTERS[i]}. ${text}`);
    select.append(...spec.choices.map(choice));
    return select;
  });
  const rows = spec.lefts.map((left, index) =>
    element(
      "label",
      { className: "lockstep-pair" },
      element("span", { className: "lockstep-letter" }, `${index + 1}.`),
      html("span", "lockstep-text", left),
      selects[index],
    ),
  );
  return {
    elements: [...rows, rights],
    read: () => selects.flatMap(({ value }, i) => (value ? [`${i + 1}${value}`] : [])).join(" "),
    fill: (words) => words.split(" ").forEach((word, i) => (selects[i].value = word.slice(-1))),
  };
}

const KINDS = {
  choice: (spec) => options(spec, "radio"),
  choices: (spec) => options(spec, "checkbox"),
  number: textField,
  shape: textField,
  output: textField,
  order: orderedLines,
  match: matchedPairs,
};

function render({ model, el }) {
  const spec = model.get("spec");
  let waiting = null;
  let disconnected = false;

  const say = (state, sign, ...content) => {
    status.className = `lockstep-verdict lockstep-${state}`;
    const signElement = element("span", { className: "lockstep-sign" }, sign);
    signElement.setAttribute("aria-hidden", "true");
    status.replaceChildren(signElement, element("div", {}, ...content));
  };
  const stopWaiting = () => {
    clearTimeout(waiting);
    waiting = null;
  };
  const silent = () => {
    stopWaiting();
    say("silent", "!", SILENT);
  };
  const submit = () => {
    stopWaiting();
    say("waiting", "", "Checking …");
    waiting = setTimeout(silent, PATIENCE);
    try {
      model.send({ type: "answer", answer: form.read() });
    } catch {
      silent();
    }
    if (disconnected) silent(); // a reply, should one come after all, replaces this
  };
  const showVerdict = () => {
    const { right, understood, message, answer, attempt, serial } = model.get("verdict");
    if (!serial) return;
    // The asker's own form stays as it was typed.
    if (!waiting && understood) form.fill(answer);
    stopWaiting();
    disconnected = false;
    const [state, sign] = !understood ? ["unclear", "?"] : right ? ["right", "✓"] : ["wrong", "✗"];
    const count = attempt > 1 ? [element("small", {}, `Try ${attempt}`)] : [];
    say(state, sign, html("div", "", message), ...(understood ? count : []));
  };
  const lostKernel = () => {
    disconnected = true;
  };

  const form = KINDS[spec.kind](spec, submit);
  const status = element("div", { className: "lockstep-verdict", role: "status" });
  const button = focusable("button", { type: "button", className: "lockstep-check" }, "Check answer");
  button.addEventListener("click", submit);
  const fieldset = element("fieldset", {}, html("legend", "", spec.legend));
  if (spec.more) fieldset.append(html("div", "lockstep-more", spec.more));
  fieldset.append(...form.elements);
  el.classList.add("lockstep-question");
  el.append(element("div", { className: "lockstep-eyebrow" }, spec.eyebrow), fieldset, button, status);

  showVerdict();
  model.on("change:verdict", showVerdict);
  model.on("comm_live_update", lostKernel);
  return stopWaiting;
}

export default { render };
