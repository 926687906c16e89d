using System.Text.Json.Serialization;
using RoboPerception.Capture;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Web.Calibrating;

/// <summary>How far a calibration is: what the page is told with each picture. Its parts follow as in a frame's message.</summary>
internal sealed record CalibrationDocument
{
    /// <summary>collecting, calculating, finished or failed.</summary>
    public required string State { get; init; }

    /// <summary>Where the frames come from.</summary>
    public required string Source { get; init; }

    /// <summary>The board, in the words of the command line.</summary>
    public required string Board { get; init; }

    /// <summary>Lens model.</summary>
    public required string Model { get; init; }

    /// <summary>Frames looked at.</summary>
    public required int Frames { get; init; }

    /// <summary>Frames in which the board was found.</summary>
    public required int Found { get; init; }

    /// <summary>Views that were kept.</summary>
    public required int Views { get; init; }

    /// <summary>Fewest views of a calibration.</summary>
    public required int Fewest { get; init; }

    /// <summary>Corners in this frame as x, y, x, y, ...: shares of the image's width and height. Empty: no board in sight.</summary>
    public required IReadOnlyList<double> Corners { get; init; }

    /// <summary>Corners of all views in each cell of the image, rows of columns.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Map { get; init; }

    /// <summary>Cells to which the board shall be moved: left, top, width, height; null = none in particular.</summary>
    public IReadOnlyList<int>? Wanted { get; init; }

    /// <summary>What is still missing, and what is there.</summary>
    public required IReadOnlyList<CoverageGoal> Goals { get; init; }

    /// <summary>What to do next, in words; null = nothing is missing.</summary>
    public string? Next { get; init; }

    /// <summary>Reprojection error of the views so far, pixels; null where they give no camera yet.</summary>
    public double? Error { get; init; }

    /// <summary>How many views that error is of.</summary>
    public int? ErrorViews { get; init; }

    /// <summary>How it ended: the result in words, or why there is none; null while it goes on.</summary>
    public string? Outcome { get; init; }

    /// <summary>The file that was written; null = none.</summary>
    public string? File { get; init; }

    /// <summary>The command that uses it.</summary>
    public string? Command { get; init; }

    /// <summary>Pictures that follow: <c>image</c>, JPEG, while it goes on the camera's, at the end the one to judge the result by.</summary>
    public IReadOnlyList<FramePart> Parts { get; init; } = [];
}

/// <summary>Generated writer: no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CalibrationDocument))]
internal sealed partial class CalibrationJson : JsonSerializerContext;
