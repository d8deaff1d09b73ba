// A slider and the picture that Python draws for its value; one request at a time, the last wins.

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

function render({ model, el }) {
  const { label, values, first } = model.get("spec");
  const id = `lockstep-${Math.random().toString(36).slice(2)}`;
  let asked = first;
  let busy = false;
  let timer = null;

  const input = element("input", {
    id,
    type: "range",
    min: "0",
    max: String(values.length - 1),
    step: "1",
    "data-lm-suppress-shortcuts": "true", // the arrows move the slider, not JupyterLab's cell
  });
  const shown = element("output", { htmlFor: id });
  const status = element("div", { className: "lockstep-verdict", role: "status" });
  const image = element("img", {});

  const name = () => {
    shown.textContent = values[input.value];
    input.setAttribute("aria-valuetext", values[input.value]);
  };
  const stopWaiting = () => clearTimeout(timer);
  const silent = () => {
    busy = false;
    status.textContent = SILENT;
  };
  const ask = () => {
    asked = Number(input.value);
    busy = true;
    status.textContent = "Working …";
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
      // Not asked from here: another view of this slider was moved.
      input.value = String(index);
      asked = index;
      name();
    }
    busy = false;
    status.textContent = problem || caption;
    image.hidden = Boolean(problem);
    if (!problem) {
      image.src = source;
      image.alt = words;
    }
    if (Number(input.value) !== asked) ask();
  };

  input.addEventListener("input", () => {
    name();
    if (!busy) ask();
  });
  el.classList.add("lockstep-question", "lockstep-slider");
  el.append(
    element("label", { htmlFor: id }, label),
    element("div", { className: "lockstep-track" }, input, shown),
    image,
    status,
  );
  draw();
  model.on("change:picture", draw);
  model.on("msg:custom", stopWaiting);
  return stopWaiting;
}

export default { render };
