// What the tools leave open; without this script the site works too.

// The switch changes the length of all that stands above it: the one that was used keeps its place on the screen.
let before = 0;

function top_of(event) {
  return event.target.getBoundingClientRect().top;
}

// The capturing listener comes before the other switches follow, the other one after.
document.addEventListener("change", (event) => { before = top_of(event); }, true);
document.addEventListener("change", (event) => {
  window.scrollBy({ top: top_of(event) - before, behavior: "instant" });
});

// What is too wide for the screen can be moved with the arrow keys. A hidden tab's listing has no width until it shows.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("pre, .table-wrapper").forEach((element) => widths.observe(element));
  // Sphinx says that the menu's captions are headings, and not of which level.
  document.querySelectorAll(".caption[role=heading]").forEach((caption) => { caption.ariaLevel = "2"; });
});
