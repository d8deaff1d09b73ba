"""How Sphinx makes the site. It reads the pages that `lockstep.site` wrote; nothing comes from a network."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

project = "Lockstep"
copyright = "the contributors of Lockstep. Text: CC BY 4.0, code: MIT"
language = "en"
extensions = ["myst_parser", "sphinx_design"]
myst_enable_extensions = ["attrs_block", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "Lockstep"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_use_index = False
html_copy_source = False
html_theme_options: dict[str, list[str]] = {"top_of_page_buttons": []}
# Chosen for their contrast.
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_math_renderer = "mathml"


def _inline_math(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _display_math(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(tex2mathml(node.astext(), as_block=True))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Let formulas be MathML, which every browser draws by itself: Sphinx's own way loads a script."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_display_math, None))
