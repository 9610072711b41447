"""Markdown that reads as a table in a terminal, too."""


def show(header, rows, left=1):
    """Prints it. The first `left` columns begin at the left. A row that ends early (its other cells are empty) says a sentence instead of numbers."""
    def sentence(cells):
        return not any(cells[left + 1:])
    widths = [max(len(cells[i]) for cells in [header, *rows] if i < left or not sentence(cells)) for i in range(len(header))]
    def line(cells):
        if sentence(cells):
            space = sum(widths[left:]) + 3 * (len(header) - left - 1)
            marks = " |" * (len(header) - left - 1)
            return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells[:left], widths)) + " | " + cells[left].ljust(max(space - len(marks), 0)) + marks + " |"
        return "| " + " | ".join(cell.ljust(width) if i < left else cell.rjust(width) for i, (cell, width) in enumerate(zip(cells, widths))) + " |"
    print(line(header))
    print("|" + "|".join("-" * (width + 2) if i < left else "-" * (width + 1) + ":" for i, width in enumerate(widths)) + "|")
    for cells in rows:
        print(line(cells))
