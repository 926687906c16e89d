using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Images;

namespace RoboPerception.Node.Comparison;

/// <summary>
/// A picture of frames on which two models differ: for each frame one row for each output they share, with the input, the first model, the second,
/// and the difference.
/// </summary>
internal sealed class DiffSheet(ModelDescription first, ModelDescription second)
{
    private const int Caption = 22;
    private const int Gap = 4;
    private const int LegendLine = 24;
    private const int LegendEntry = 116;
    private const int WidestCell = 320;
    private const float FullDepth = 0.5f;
    private const double FullAngle = 60;
    private static readonly Scalar Ink = new(40, 40, 40);

    private readonly List<Mat> rows = [];
    private readonly SortedSet<string> seen = new(StringComparer.Ordinal);
    private readonly int width = first.Input.Width;
    private readonly int height = first.Input.Height;

    /// <summary>Adds a frame.</summary>
    public void Add(FrameDifference difference, Mat input, OutputBuffers a, OutputBuffers b)
    {
        string title = string.Create(CultureInfo.InvariantCulture, $"frame {difference.Sequence}");
        if (double.IsFinite(difference.ChangedShare))
        {
            ClassMap mine = first.Output(OutputKind.Segmentation)!.Classes!, theirs = second.Output(OutputKind.Segmentation)!.Classes!;
            See(a.Segmentation, mine);
            See(b.Segmentation, theirs);
            ClassMap painted = Painted(theirs, mine);
            AddRow(
                title, input, first.Name, Colouring.Segmentation(a.Segmentation, width, height, mine), second.Name, Colouring.Segmentation(b.Segmentation, width, height, painted),
                string.Create(CultureInfo.InvariantCulture, $"{100 * difference.ChangedShare:0.0} % change, in its colours"), Changes(input, a.Segmentation, b.Segmentation, mine, painted));
        }
        if (double.IsFinite(difference.DepthRelative))
        {
            Mat depth = Colouring.Depth(a.Depth, width, height, out double nearest, out double farthest);
            AddRow(
                title, input, string.Create(CultureInfo.InvariantCulture, $"depth {nearest:0.0} to {farthest:0.0} m"), depth, "the same range", Colouring.Depth(b.Depth, width, height, nearest, farthest),
                string.Create(CultureInfo.InvariantCulture, $"{100 * difference.DepthRelative:0.0} %; blue nearer, red farther"), DepthChange(a.Depth, b.Depth));
        }
        if (double.IsFinite(difference.MeanDegrees))
        {
            AddRow(
                title, input, first.Name, Colouring.Normals(a.Normals, width, height), second.Name, Colouring.Normals(b.Normals, width, height),
                string.Create(CultureInfo.InvariantCulture, $"{difference.MeanDegrees:0.0} deg; white: {FullAngle:0} and more"), AngleChange(a.Normals, b.Normals));
        }
    }

    /// <summary>The picture; nothing can be added any more.</summary>
    public byte[] ToPng()
    {
        int perLine = Math.Max(1, rows[0].Width / LegendEntry), legend = (seen.Count + perLine - 1) / perLine * LegendLine;
        using var sheet = new Mat(rows.Sum(r => r.Height + Gap) + legend, rows[0].Width, MatType.CV_8UC3, Scalar.All(255));
        int top = 0;
        foreach (Mat row in rows)
        {
            using Mat place = sheet[new Rect(0, top, row.Width, row.Height)];
            row.CopyTo(place);
            top += row.Height + Gap;
            row.Dispose();
        }
        foreach ((string name, int i) in seen.Select((name, i) => (name, i)))
        {
            ClassInfo info = Find(name);
            var corner = new Point(4 + (i % perLine * LegendEntry), top + (i / perLine * LegendLine));
            Cv2.Rectangle(sheet, new Rect(corner.X, corner.Y + 4, 16, 14), new Scalar(info.Blue, info.Green, info.Red), -1);
            Cv2.PutText(sheet, name, new Point(corner.X + 22, corner.Y + 16), HersheyFonts.HersheySimplex, 0.45, Ink, 1, LineTypes.AntiAlias);
        }
        return Cv2.ImEncode(".png", sheet, out byte[] png)
            ? png
            : throw new UserErrorException(ExitCode.Failed, string.Create(CultureInfo.InvariantCulture, $"the sheet of {sheet.Width}x{sheet.Height} pixels could not be encoded as PNG"));
    }

    /// <summary>One class has one colour: that of the first model, where it has it.</summary>
    private static ClassMap Painted(ClassMap theirs, ClassMap mine) => new([.. theirs.Classes.Select(c =>
        mine.Classes.FirstOrDefault(m => m.Name == c.Name) is { } same ? c with { Red = same.Red, Green = same.Green, Blue = same.Blue } : c)]);

    private ClassInfo Find(string name) => (first.Output(OutputKind.Segmentation)!.Classes!.Classes.FirstOrDefault(c => c.Name == name)
        ?? second.Output(OutputKind.Segmentation)!.Classes!.Classes.First(c => c.Name == name))!;

    private void See(ReadOnlySpan<byte> ids, ClassMap classes)
    {
        Span<bool> occurs = stackalloc bool[256];
        foreach (byte id in ids)
        {
            occurs[id] = true;
        }
        foreach (ClassInfo info in classes.Classes)
        {
            if (occurs[info.Id])
            {
                seen.Add(info.Name);
            }
        }
    }

    /// <summary>What changed, in the second model's colours; the rest is the input in dark grey.</summary>
    private Mat Changes(Mat input, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ClassMap mine, ClassMap painted)
    {
        Mat image = Colouring.Segmentation(b, width, height, painted);
        for (int y = 0; y < height; y++)
        {
            Span<Vec3b> row = image.RowSpan<Vec3b>(y);
            ReadOnlySpan<Vec3b> under = input.RowSpan<Vec3b>(y);
            for (int x = 0; x < width; x++)
            {
                int i = (y * width) + x;
                if (Name(mine, a[i]) == Name(painted, b[i]))
                {
                    byte grey = (byte)((under[x].Item0 + under[x].Item1 + under[x].Item2) / 6);
                    row[x] = new Vec3b(grey, grey, grey);
                }
            }
        }
        return image;
    }

    private static string? Name(ClassMap classes, byte id) => id < classes.Count ? classes.Classes[id].Name : null;

    private Mat DepthChange(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var image = new Mat(height, width, MatType.CV_8UC3, Scalar.All(0));
        for (int y = 0; y < height; y++)
        {
            Span<Vec3b> row = image.RowSpan<Vec3b>(y);
            for (int x = 0; x < width; x++)
            {
                int i = (y * width) + x;
                float change = Math.Clamp((b[i] - a[i]) / a[i] / FullDepth, -1, 1);
                if (!float.IsFinite(change))
                {
                    continue;
                }
                byte rest = (byte)(255 * (1 - Math.Abs(change)));
                row[x] = change < 0 ? new Vec3b(255, rest, rest) : new Vec3b(rest, rest, 255);
            }
        }
        return image;
    }

    private Mat AngleChange(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var image = new Mat(height, width, MatType.CV_8UC3, Scalar.All(0));
        for (int y = 0; y < height; y++)
        {
            Span<Vec3b> row = image.RowSpan<Vec3b>(y);
            for (int x = 0; x < width; x++)
            {
                double degrees = DiffStatistics.Angle(a, b, (y * width) + x);
                byte level = double.IsNaN(degrees) ? (byte)0 : (byte)(255 * Math.Min(1, degrees / FullAngle));
                row[x] = new Vec3b(level, level, level);
            }
        }
        return image;
    }

    /// <summary>Four images beside one another; all but the input are disposed.</summary>
    private void AddRow(string title, Mat input, string titleA, Mat a, string titleB, Mat b, string titleDifference, Mat difference)
    {
        double scale = Math.Min(1, WidestCell / (double)width);
        var size = new Size((int)(width * scale), (int)(height * scale));
        var row = new Mat(size.Height + Caption, (4 * (size.Width + Gap)) - Gap, MatType.CV_8UC3, Scalar.All(255));
        int left = 0;
        foreach ((string text, Mat image) in new[] { (title, input), (titleA, a), (titleB, b), (titleDifference, difference) })
        {
            using (Mat place = row[new Rect(left, Caption, size.Width, size.Height)])
            {
                Cv2.Resize(image, place, size, 0, 0, scale < 1 ? InterpolationFlags.Area : InterpolationFlags.Nearest);
            }
            Cv2.PutText(row, text, new Point(left + 4, Caption - 7), HersheyFonts.HersheySimplex, 0.45, Ink, 1, LineTypes.AntiAlias);
            left += size.Width + Gap;
            if (image != input)
            {
                image.Dispose();
            }
        }
        rows.Add(row);
    }
}
