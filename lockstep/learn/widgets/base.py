"""What the course's widgets share: an HTML and a text form for where no widget can be shown."""

from abc import abstractmethod
from typing import Any

import anywidget
from IPython.display import display

Bundle = tuple[dict[str, Any], dict[str, Any]]


class CourseWidget(anywidget.AnyWidget):
    """A widget that also shows as plain HTML and as text."""

    @abstractmethod
    def html(self) -> str:
        """Return what a page without widgets shows."""

    @abstractmethod
    def text(self) -> str:
        """Return what a terminal shows."""

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle:
        """Return the widget and its two other forms."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/html": self.html(), "text/plain": self.text()}, metadata

    def _ipython_display_(self, **kwargs: Any) -> None:
        """Show all forms. Without this, ipywidgets 7 shows the widget alone."""
        if self.comm is None:  # it was closed, and has words alone
            bundle: Bundle = {"text/html": self.html(), "text/plain": self.text()}, {}
        else:
            bundle = self._repr_mimebundle_()
        data, metadata = bundle
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
