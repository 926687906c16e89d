using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>What is on the board.</summary>
internal enum TargetKind
{
    /// <summary>Black and white squares; found only where all of it is seen.</summary>
    Chessboard,

    /// <summary>A chessboard with ArUco markers in its white squares: corners are known apart, so a part of the board suffices.</summary>
    Charuco,
}

/// <summary>A flat board for calibration. Its origin is its upper left corner as printed, x to the right, y downwards.</summary>
/// <param name="Kind">What is on it.</param>
/// <param name="Columns">Squares in a row.</param>
/// <param name="Rows">Rows of squares.</param>
/// <param name="Square">Side of a square, metres.</param>
/// <param name="Marker">Side of a marker, metres; 0 on a chessboard.</param>
internal sealed record CalibrationTarget(TargetKind Kind, int Columns, int Rows, double Square, double Marker)
{
    private const double MarkerShare = 0.75;
    private const int MostMarkers = 50;

    /// <summary>Corners between squares, row by row: what is detected.</summary>
    public int CornerCount => (Columns - 1) * (Rows - 1);

    /// <summary>Width of the printed squares, metres.</summary>
    public double Width => Columns * Square;

    /// <summary>Height of the printed squares, metres.</summary>
    public double Height => Rows * Square;

    /// <summary>In the words of the command line.</summary>
    public string Words => string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()} --squares {Columns}x{Rows} --square {1000 * Square:0.##}");

    /// <summary>Makes a target of what a person wrote.</summary>
    /// <param name="kind"><c>chessboard</c> or <c>charuco</c>.</param>
    /// <param name="squares">Squares as <c>10x7</c>, the outermost counted.</param>
    /// <param name="squareMillimetres">Side of a square.</param>
    /// <exception cref="UserErrorException">Something is impossible.</exception>
    public static CalibrationTarget Parse(string kind, string squares, double squareMillimetres)
    {
        TargetKind what = kind switch
        {
            "chessboard" => TargetKind.Chessboard,
            "charuco" => TargetKind.Charuco,
            _ => throw new UserErrorException(ExitCode.Usage, $"The target '{kind}' is unknown; there are chessboard and charuco."),
        };
        string[] sides = squares.Split('x');
        if (sides.Length != 2 || !Side(sides[0], out int columns) || !Side(sides[1], out int rows))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{squares}' are no squares: write columns x rows of the board, the outermost squares counted, such as 10x7 (3 to 60 each).");
        }

        if (squareMillimetres is not (> 0.5 and < 2000))
        {
            throw new UserErrorException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"A square of {squareMillimetres} mm cannot be; give the side in millimetres, such as --square 25."));
        }

        if (what == TargetKind.Charuco && columns * rows / 2 > MostMarkers)
        {
            throw new UserErrorException(ExitCode.Usage, $"A ChArUco board of {squares} squares needs {columns * rows / 2} markers; there are {MostMarkers}: take fewer squares.");
        }

        double metres = squareMillimetres / 1000;
        return new CalibrationTarget(what, columns, rows, metres, what == TargetKind.Charuco ? MarkerShare * metres : 0);
    }

    /// <summary>Where a corner is on the board, metres.</summary>
    public (double X, double Y) Corner(int id) => (((id % (Columns - 1)) + 1) * Square, ((id / (Columns - 1)) + 1) * Square);

    private static bool Side(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 3 and <= 60;
}
