using OpenCvSharp;

namespace RoboPerception.Capture;

/// <summary>
/// Which views are worth keeping, and what is still missing for a good calibration: corners all over the image, the board near and far, and
/// turned about both axes (a board held straight before the camera cannot tell its distance from the focal length).
/// </summary>
internal sealed class CoverageGuide
{
    /// <summary>Cells of the map across the image.</summary>
    public const int MapColumns = 8;

    /// <summary>Cells of the map down the image.</summary>
    public const int MapRows = 6;

    private const double LeastNews = 0.12;
    private const double CellsWanted = 0.9;
    private const double TurnWanted = 0.12;
    private const int TurnedWanted = 3;
    private const double SizesWanted = 0.2;
    private const int ViewsWanted = 20;

    private readonly List<TargetView> views = [];
    private readonly int[,] map = new int[MapRows, MapColumns];
    private int turnedAboutVertical;
    private int turnedAboutHorizontal;
    private int skewed;

    /// <summary>The views that were kept.</summary>
    public IReadOnlyList<TargetView> Views => views;

    /// <summary>Corners seen in each cell of the image, [row, column].</summary>
    public int Corners(int row, int column) => map[row, column];

    /// <summary>Share of the image in which corners were seen.</summary>
    public double Covered => map.Cast<int>().Count(corners => corners > 0) / (double)map.Length;

    /// <summary>True when more views would add little.</summary>
    public bool IsComplete => NextStep is null;

    /// <summary>What to do next, for the person with the board; null when nothing is missing.</summary>
    public string? NextStep =>
        views.Count == 0 ? "hold the board so that the camera sees it"
        : SparsestRegion() is { } region ? $"move the board {region}"
        : turnedAboutVertical < TurnedWanted ? "turn the board: its left or right edge toward the camera"
        : turnedAboutHorizontal < TurnedWanted ? "tilt the board: its upper or lower edge toward the camera"
        : skewed < TurnedWanted ? "tilt the board over a corner"
        : views.Max(v => v.Pose.Size) - views.Min(v => v.Pose.Size) < SizesWanted ? "bring the board nearer, until it fills the image, and farther away"
        : views.Count < ViewsWanted ? "a few more, each held otherwise"
        : null;

    /// <summary>Keeps a view that differs enough from those before.</summary>
    /// <param name="view">The view.</param>
    /// <param name="always">Keep it in any case: pictures that a person chose.</param>
    /// <returns>True if it was kept.</returns>
    public bool Offer(TargetView view, bool always = false)
    {
        if (!always && views.Exists(v => v.Pose.DistanceTo(view.Pose) < LeastNews))
        {
            return false;
        }

        views.Add(view);
        foreach (Point2f pixel in view.Pixels)
        {
            map[Cell(pixel.Y / view.ImageSize.Height, MapRows), Cell(pixel.X / view.ImageSize.Width, MapColumns)]++;
        }

        turnedAboutVertical += view.Pose.Turned < -TurnWanted ? 1 : 0;
        turnedAboutHorizontal += view.Pose.Turned > TurnWanted ? 1 : 0;
        skewed += Math.Abs(view.Pose.Skewed) > TurnWanted ? 1 : 0;
        return true;
    }

    private static int Cell(double share, int cells) => Math.Clamp((int)(share * cells), 0, cells - 1);

    /// <summary>Where in the image the most cells are empty, in words; null if enough are filled.</summary>
    private string? SparsestRegion()
    {
        if (Covered >= CellsWanted)
        {
            return null;
        }

        (int row, int column) = Enumerable.Range(0, 9).Select(i => (Row: i / 3, Column: i % 3)).MaxBy(region => EmptyShare(region.Row, region.Column));
        string vertical = row switch { 0 => "upper", 1 => "", _ => "lower" };
        string horizontal = column switch { 0 => "left", 1 => "", _ => "right" };
        return (vertical, horizontal) switch
        {
            ("", "") => "to the middle of the image",
            ("", _) => $"to the {horizontal} edge of the image",
            (_, "") => $"to the {vertical} edge of the image",
            _ => $"to the {vertical} {horizontal} corner of the image",
        };
    }

    private double EmptyShare(int row, int column)
    {
        int empty = 0, cells = 0;
        for (int y = row * MapRows / 3; y < (row + 1) * MapRows / 3; y++)
        {
            for (int x = column * MapColumns / 3; x < (column + 1) * MapColumns / 3; x++)
            {
                (empty, cells) = (empty + (map[y, x] == 0 ? 1 : 0), cells + 1);
            }
        }

        return empty / (double)cells;
    }
}
