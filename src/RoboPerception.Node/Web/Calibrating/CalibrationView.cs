using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Node.Images;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Web.Calibrating;

/// <summary>A calibration as browsers see it. What is shown comes from the thread that looks for the board; while nobody watches that costs it nothing.</summary>
/// <param name="session">The calibration.</param>
/// <param name="running">The camera so far.</param>
/// <param name="board">The board in words.</param>
/// <param name="model">Lens model.</param>
/// <param name="rate">Pictures a second at most.</param>
internal sealed class CalibrationView(CalibrationSession session, RunningCalibration running, string board, string model, double rate)
{
    // A phone shows no more, and a radio link carries no more at ten pictures a second.
    private const int LongestSide = 960;
    private const int JpegQuality = 80;

    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(3);

    private readonly long period = (long)(1000 / rate);
    private long nextAt;
    private volatile int views;

    /// <summary>Who watches.</summary>
    public Viewers Viewers { get; } = new();

    /// <summary>Views that were kept so far; any thread may ask.</summary>
    public int Views => views;

    /// <summary>Shows the frame that was looked at last.</summary>
    public void Show()
    {
        bool isNew = views != session.Coverage.Views.Count;
        views = session.Coverage.Views.Count;
        long now = Environment.TickCount64;
        if (Viewers.Count == 0 || session.Frame.Empty() || (now < nextAt && !isNew))
        {
            return;
        }

        nextAt = now + period;
        Put(Document("collecting"), Small(session.Frame));
    }

    /// <summary>Shows that no more frames are looked at.</summary>
    public void ShowCalculating()
    {
        if (Viewers.Count > 0 && !session.Frame.Empty())
        {
            Put(Document("calculating"), Small(session.Frame));
        }
    }

    /// <summary>Shows the result, also to who comes later.</summary>
    /// <param name="result">The calibration.</param>
    /// <param name="picture">The one to judge it by, PNG.</param>
    /// <param name="file">Where it was written.</param>
    /// <param name="command">The command that uses it.</param>
    public void ShowResult(CalibrationResult result, byte[] picture, string file, string command)
    {
        using Mat image = Cv2.ImDecode(picture, ImreadModes.Color);
        Viewers.PutLast(Message(
            Document("finished") with { Outcome = result.Summary, Error = result.Error, ErrorViews = result.Views.Count, File = file, Command = command }, Small(image, 2 * LongestSide)));
    }

    /// <summary>Shows why there is no result, and waits until those who watch have seen it.</summary>
    public void ShowFailure(string reason)
    {
        if (Viewers.Count > 0)
        {
            Put(Document("failed") with { Outcome = reason }, session.Frame.Empty() ? null : Small(session.Frame));
            WaitUntilSeen();
        }
    }

    /// <summary>Waits until those who watch have seen the end, or for three seconds: a page leaves when it has drawn one.</summary>
    public void WaitUntilSeen() => SpinWait.SpinUntil(() => Viewers.Count == 0, LastLook);

    private void Put(CalibrationDocument document, byte[]? jpeg) => Viewers.Put(Message(document, jpeg));

    private static byte[] Message(CalibrationDocument document, byte[]? jpeg)
    {
        CalibrationDocument whole = document with { Parts = jpeg is null ? [] : [new FramePart("image", "jpeg", jpeg.Length)] };
        return FrameMessage.Join(JsonSerializer.SerializeToUtf8Bytes(whole, CalibrationJson.Default.CalibrationDocument), jpeg);
    }

    private CalibrationDocument Document(string state)
    {
        CoverageGuide coverage = session.Coverage;
        CalibrationResult? result = running.Result;
        return new CalibrationDocument
        {
            State = state,
            Source = session.Source,
            Board = board,
            Model = model,
            Frames = session.Frames,
            Found = session.Found,
            Views = coverage.Views.Count,
            Fewest = CameraCalibrator.FewestViews,
            Corners = session.Last is { } last ? [.. last.Pixels.SelectMany(p => (double[])[Share(p.X + 0.5, last.ImageSize.Width), Share(p.Y + 0.5, last.ImageSize.Height)])] : [],
            Map = [.. Enumerable.Range(0, CoverageGuide.MapRows).Select(row => (int[])[.. Enumerable.Range(0, CoverageGuide.MapColumns).Select(column => coverage.Corners(row, column))])],
            Wanted = coverage.WantedCells is { } cells ? [cells.X, cells.Y, cells.Width, cells.Height] : null,
            Goals = coverage.Goals,
            Next = coverage.NextStep,
            Error = result?.Error,
            ErrorViews = result?.Views.Count,
        };

        static double Share(double pixels, int all) => Math.Round(pixels / all, 4);
    }

    private static byte[] Small(Mat image, int longest = LongestSide)
    {
        double scale = Math.Min(1, longest / (double)Math.Max(image.Width, image.Height));
        using var small = new Mat();
        if (scale < 1)
        {
            Cv2.Resize(image, small, default, scale, scale, InterpolationFlags.Area);
        }

        return Jpeg.Encode(scale < 1 ? small : image, JpegQuality);
    }
}
