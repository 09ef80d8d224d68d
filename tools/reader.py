"""A page in a browser as it is once a reader has gone through all of it."""

# Widgets start, and sections far from the screen are laid out, when a reader comes near.
GO_THROUGH = """async () => {
  await document.fonts.ready;
  const started = (widget) => widget.querySelector(":scope > .tconv-stage");
  for (const widget of document.querySelectorAll(".tconv-widget")) {
    widget.scrollIntoView({ behavior: "instant" });
    for (let frame = 0; frame < 100 && !started(widget); frame++)
      await new Promise(requestAnimationFrame);
  }
}"""


def go_through(page):
    """Lay out the whole page and start its widgets; leave it scrolled to where it was."""
    page.add_style_tag(content="* { content-visibility: visible !important; }")
    place = page.evaluate("[scrollX, scrollY]")
    page.evaluate(GO_THROUGH)
    page.evaluate("([left, top]) => scrollTo({ left, top, behavior: 'instant' })", place)
