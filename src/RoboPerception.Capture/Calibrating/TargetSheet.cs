using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>A board on a page, to be printed: black and white rectangles in millimetres from the page's upper left corner.</summary>
internal sealed class TargetSheet
{
    private const double LeastMargin = 8;
    private const int MarkerCells = 6;

    private static readonly Dictionary<string, (double Short, double Long)> Pages = new()
    {
        ["a4"] = (210, 297), ["a3"] = (297, 420), ["a2"] = (420, 594), ["a1"] = (594, 841), ["a0"] = (841, 1189), ["letter"] = (215.9, 279.4), ["tabloid"] = (279.4, 431.8),
    };

    private readonly List<(bool Black, double X, double Y, double Width, double Height)> rectangles = [];

    /// <summary>Lays a board on a page, upright or across, whichever it fits.</summary>
    /// <param name="target">The board.</param>
    /// <param name="page">a4, a3, a2, a1, a0, letter or tabloid.</param>
    /// <exception cref="UserErrorException">No such page, or the board is larger than it.</exception>
    public TargetSheet(CalibrationTarget target, string page)
    {
        if (!Pages.TryGetValue(page.ToLowerInvariant(), out (double Short, double Long) sides))
        {
            throw new UserErrorException(ExitCode.Usage, $"The page '{page}' is unknown; there are {string.Join(", ", Pages.Keys)}.");
        }

        (Target, double width, double height) = (target, 1000 * target.Width, 1000 * target.Height);
        (PageWidth, PageHeight) = width >= height ? (sides.Long, sides.Short) : (sides.Short, sides.Long);
        // Beside the board at least a margin of white, under it the caption; a detector wants a white border, too.
        double square = Math.Min((PageWidth - (2 * LeastMargin)) / target.Columns, (PageHeight - (2 * LeastMargin) - CaptionHeight) / target.Rows);
        if (1000 * target.Square > square)
        {
            throw new UserErrorException(
                ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"The board of {width:0.#} x {height:0.#} mm does not fit on {page.ToUpperInvariant()}; its squares may have {Math.Floor(square)} mm (--square), or take a larger --page."));
        }

        (Left, Top) = ((PageWidth - width) / 2, (PageHeight - CaptionHeight - height) / 2);
        Draw();
    }

    /// <summary>Room for the caption under the board.</summary>
    public static double CaptionHeight => 6;

    /// <summary>The board.</summary>
    public CalibrationTarget Target { get; }

    /// <summary>Page, millimetres.</summary>
    public double PageWidth { get; }

    /// <summary>Page, millimetres.</summary>
    public double PageHeight { get; }

    /// <summary>Where the board begins, millimetres.</summary>
    public double Left { get; }

    /// <summary>Where the board begins, millimetres.</summary>
    public double Top { get; }

    /// <summary>What is drawn, one over the other.</summary>
    public IReadOnlyList<(bool Black, double X, double Y, double Width, double Height)> Rectangles => rectangles;

    /// <summary>What stands under the board.</summary>
    public string Caption => string.Create(
        CultureInfo.InvariantCulture,
        $"{Target.Words}   Print at 100 %; glue it onto something flat; measure: {Target.Columns} squares are {1000 * Target.Width:0.#} mm");

    private void Draw()
    {
        double side = 1000 * Target.Square, marker = 1000 * Target.Marker;
        int id = 0;
        for (int row = 0; row < Target.Rows; row++)
        {
            for (int column = 0; column < Target.Columns; column++)
            {
                (double x, double y) = (Left + (column * side), Top + (row * side));
                if ((row + column) % 2 == 0)
                {
                    rectangles.Add((true, x, y, side, side));
                }
                else if (Target.Kind == TargetKind.Charuco)
                {
                    DrawMarker(id++, x + ((side - marker) / 2), y + ((side - marker) / 2), marker);
                }
            }
        }
    }

    /// <summary>A black square with white runs of cells: black cells side by side would show fine lines between them.</summary>
    private void DrawMarker(int id, double x, double y, double side)
    {
        bool[,] black = CharucoFinder.MarkerCells(id);
        double cell = side / MarkerCells;
        rectangles.Add((true, x, y, side, side));
        for (int row = 0; row < MarkerCells; row++)
        {
            for (int column = 0; column < MarkerCells; column++)
            {
                int run = 0;
                while (column + run < MarkerCells && !black[row, column + run])
                {
                    run++;
                }

                if (run > 0)
                {
                    rectangles.Add((false, x + (column * cell), y + (row * cell), run * cell, cell));
                    column += run;
                }
            }
        }
    }
}
