// A slider, or several controls, and the picture that Python draws for what they are set to; one
// request at a time, the last wins.

const PATIENCE = 5000;
const SILENT = "The kernel does not answer: run this cell again.";

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// The keys move the control, not JupyterLab's cell.
function focusable(tag, properties = {}, ...children) {
  return element(tag, { ...properties, "data-lm-suppress-shortcuts": "true" }, ...children);
}

const track = (...children) => element("div", { className: "lockstep-track" }, ...children);

// Each kind returns its control, the elements to show (the label first), how to read the index of
// the chosen value, how to set it, and what to do when it was set.

function range({ values }, id, label) {
  const input = focusable("input", { id, type: "range", min: "0", step: "1" });
  input.max = String(values.length - 1);
  const shown = element("output", { htmlFor: id });
  // As wide as the longest value, so that the slider keeps its length under the hand.
  shown.style.minWidth = `max(3em, ${Math.max(...values.map((words) => words.length))}ch)`;
  return {
    input,
    elements: [label, track(input, shown)],
    read: () => Number(input.value),
    fill: (index) => (input.value = String(index)),
    name: () => {
      shown.textContent = values[input.value];
      input.setAttribute("aria-valuetext", values[input.value]);
    },
  };
}

function toggle({ values }, id, label) {
  const input = focusable("input", { id, type: "checkbox" });
  const on = values.indexOf("True");
  return {
    input,
    elements: [track(input, label)],
    read: () => (input.checked ? on : 1 - on),
    fill: (index) => (input.checked = index === on),
    name: () => {},
  };
}

function choice({ values }, id, label) {
  const input = focusable("select", { id }, ...values.map((words) => element("option", {}, words)));
  return {
    input,
    elements: [label, track(input)],
    read: () => input.selectedIndex,
    fill: (index) => (input.selectedIndex = index),
    name: () => {},
  };
}

const KINDS = { range, switch: toggle, select: choice };

function made(spec) {
  const id = `lockstep-${Math.random().toString(36).slice(2)}`;
  return {
    count: spec.values.length,
    ...KINDS[spec.kind](spec, id, element("label", { htmlFor: id }, spec.label)),
  };
}

function group(controls) {
  const legend = element("legend", { className: "lockstep-unseen" }, "What the picture shows");
  const rows = controls.map(({ elements }) => element("div", {}, ...elements));
  return element("fieldset", { className: "lockstep-controls" }, legend, ...rows);
}

function render({ model, el }) {
  const spec = model.get("spec");
  const controls = (spec.controls ?? [spec]).map(made);
  let asked = null;
  let busy = false;
  let timer = null;

  const status = element("div", { className: "lockstep-verdict", role: "status" });
  const image = element("img", {});

  // A combination has one index; the last control's value changes fastest, as in Python.
  const read = () => controls.reduce((index, { count, read }) => index * count + read(), 0);
  const fill = (index) => {
    for (const control of [...controls].reverse()) {
      control.fill(index % control.count);
      control.name();
      index = Math.floor(index / control.count);
    }
  };
  const say = (words) => {
    status.textContent = words;
    // It grows and never shrinks, so that "Working …" does not move what stands below.
    if (status.offsetHeight) status.style.minHeight = `${status.offsetHeight}px`;
  };
  const stopWaiting = () => clearTimeout(timer);
  const silent = () => {
    busy = false;
    say(SILENT);
  };
  const ask = () => {
    asked = read();
    busy = true;
    say("Working …");
    stopWaiting();
    timer = setTimeout(silent, PATIENCE);
    try {
      model.send({ type: "value", index: asked });
    } catch {
      silent();
    }
  };
  const draw = () => {
    const { index, source, words, caption, problem } = model.get("picture");
    stopWaiting();
    if (!busy) {
      // Not asked from here: another view of this widget was used.
      fill(index);
      asked = index;
    }
    busy = false;
    say(problem || caption);
    image.style.visibility = problem ? "hidden" : ""; // its room stays
    if (!problem) {
      image.src = source;
      image.alt = words;
    }
    if (read() !== asked) ask();
  };

  for (const control of controls) {
    control.input.addEventListener("input", () => {
      control.name();
      if (!busy) ask();
    });
  }
  el.classList.add("lockstep-question", "lockstep-slider");
  el.append(...(spec.controls ? [group(controls)] : controls[0].elements), image, status);
  draw();
  model.on("change:picture", draw);
  model.on("msg:custom", stopWaiting);
  return stopWaiting;
}

export default { render };
