"""Where every mark of a chart or a map falls. Pure: numbers and written words in, a drawing out; the page and the paper draw the same.

Words:   a *drawing* is a list of shapes, each with a role that the style sheet (or the paint of a paper) gives its look; a *gap* is a number
         that is not there: HIDDEN because it counts too few people, MISSING because nobody knows it. Neither is a zero.
Always:  bars start at zero; a length is the number times one scale, to the pixel; a gap has a mark of its own, never a length; a kind of
         mark never differs by its colour alone. Drawn 340 wide, for the narrowest telephone.
"""

from carnet.observatory.rules.charts._bars import Bar, columns, funnel, range_bars, rows
from carnet.observatory.rules.charts._lines import SERIES_MOST, Line, lines
from carnet.observatory.rules.charts._map import Area, Place, choropleth, classes, step_of
from carnet.observatory.rules.charts._shapes import PAPER, WIDTH, Drawing, Gap, Shape, Value, nice_top

__all__ = [
    "PAPER",
    "SERIES_MOST",
    "WIDTH",
    "Area",
    "Bar",
    "Drawing",
    "Gap",
    "Line",
    "Place",
    "Shape",
    "Value",
    "choropleth",
    "classes",
    "columns",
    "funnel",
    "lines",
    "nice_top",
    "range_bars",
    "rows",
    "step_of",
]
