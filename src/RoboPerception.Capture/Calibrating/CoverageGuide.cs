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

    /// <summary>What a good calibration needs, in the order in which it is asked for, and how far it is.</summary>
    public IReadOnlyList<CoverageGoal> Goals =>
    [
        new("image covered", Covered, CellsWanted, $"move the board {Words(Sparsest())}"),
        new("turned left and right", turnedAboutVertical, TurnedWanted, "turn the board: its left or right edge toward the camera"),
        new("tilted up and down", turnedAboutHorizontal, TurnedWanted, "tilt the board: its upper or lower edge toward the camera"),
        new("tilted over a corner", skewed, TurnedWanted, "tilt the board over a corner"),
        new("near and far", views.Count == 0 ? 0 : views.Max(v => v.Pose.Size) - views.Min(v => v.Pose.Size), SizesWanted, "bring the board nearer, until it fills the image, and farther away"),
        new("views", views.Count, ViewsWanted, "a few more, each held otherwise"),
    ];

    /// <summary>What to do next, for the person with the board; null when nothing is missing.</summary>
    public string? NextStep => views.Count == 0 ? "hold the board so that the camera sees it" : Goals.FirstOrDefault(g => !g.IsReached)?.Advice;

    /// <summary>The cells of the map to which the board shall be moved next; null if the next step is another.</summary>
    public Rect? WantedCells => views.Count == 0 || Covered >= CellsWanted ? null : Cells(Sparsest());

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

    /// <summary>Which ninth of the image has the most empty cells.</summary>
    private (int Row, int Column) Sparsest() => Enumerable.Range(0, 9).Select(i => (Row: i / 3, Column: i % 3)).MaxBy(EmptyShare);

    private static string Words((int Row, int Column) region)
    {
        string vertical = region.Row switch { 0 => "upper", 1 => "", _ => "lower" };
        string horizontal = region.Column switch { 0 => "left", 1 => "", _ => "right" };
        return (vertical, horizontal) switch
        {
            ("", "") => "to the middle of the image",
            ("", _) => $"to the {horizontal} edge of the image",
            (_, "") => $"to the {vertical} edge of the image",
            _ => $"to the {vertical} {horizontal} corner of the image",
        };
    }

    private static Rect Cells((int Row, int Column) region)
    {
        (int top, int left) = (region.Row * MapRows / 3, region.Column * MapColumns / 3);
        return new Rect(left, top, ((region.Column + 1) * MapColumns / 3) - left, ((region.Row + 1) * MapRows / 3) - top);
    }

    private double EmptyShare((int Row, int Column) region)
    {
        Rect cells = Cells(region);
        int empty = 0;
        for (int y = cells.Top; y < cells.Bottom; y++)
        {
            for (int x = cells.Left; x < cells.Right; x++)
            {
                empty += map[y, x] == 0 ? 1 : 0;
            }
        }

        return empty / (double)(cells.Width * cells.Height);
    }
}

/// <summary>One of the things that a good calibration needs.</summary>
/// <param name="Name">In words, for people.</param>
/// <param name="Have">What there is: a share of the image, or a number of views.</param>
/// <param name="Wanted">How much of it is enough.</param>
/// <param name="Advice">What the person with the board does for it.</param>
internal sealed record CoverageGoal(string Name, double Have, double Wanted, string Advice)
{
    /// <summary>True when there is enough.</summary>
    public bool IsReached => Have >= Wanted;
}
