using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Node.Images;

/// <summary>
/// A PNG of a few frames, one row each: input, segmentation, depth, normals; a legend of the classes seen below. It is
/// what a person looks at to believe the numbers. Nobody knows how long a recording is before it ends, so frames are taken at a distance that
/// doubles whenever twice as many as wanted are there: the rows are spread over whatever was shown.
/// </summary>
internal sealed class ContactSheet : IDisposable
{
    private const int Caption = 22;
    private const int Gap = 4;
    private static readonly Scalar Ink = new(40, 40, 40);

    private readonly List<Row> rows = [];
    private readonly ClassMap? classes;
    private readonly int wanted;
    private long distance = 1;

    /// <summary>A sheet of so many rows; <paramref name="classes"/> may be null for a model without segmentation.</summary>
    public ContactSheet(ClassMap? classes, int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 1);
        this.classes = classes;
        this.wanted = wanted;
    }

    /// <summary>Rows so far, before the choice of those that are written.</summary>
    public int Count => rows.Count;

    /// <summary>The frames that <see cref="Save"/> would write.</summary>
    public IReadOnlyList<long> Frames => [.. Choose().Select(row => row.Sequence)];

    /// <summary>Whether this frame would become a row. May be asked from another thread than <see cref="Add"/>'s.</summary>
    public bool Wants(long sequence) => sequence % Volatile.Read(ref distance) == 0;

    /// <summary>Adds a frame. Empty spans stand for outputs the model does not have.</summary>
    public void Add(long sequence, Mat input, ReadOnlySpan<byte> labels, ReadOnlySpan<float> metres, ReadOnlySpan<float> normals)
    {
        if (!Wants(sequence))
        {
            return;
        }
        int width = input.Width, height = input.Height;
        var seen = new HashSet<int>();
        var cells = new List<(string Title, Mat Image)>
        {
            (string.Create(CultureInfo.InvariantCulture, $"frame {sequence}"), input.Clone()),
        };
        if (!labels.IsEmpty && classes is not null)
        {
            cells.Add(("segmentation", Colouring.Segmentation(labels, width, height, classes)));
            foreach (byte id in labels)
            {
                seen.Add(id);
            }
        }
        if (!metres.IsEmpty)
        {
            Mat image = Colouring.Depth(metres, width, height, out double nearest, out double farthest);
            cells.Add((string.Create(CultureInfo.InvariantCulture, $"depth {nearest:0.0} m (bright) to {farthest:0.0} m"), image));
        }
        if (!normals.IsEmpty)
        {
            cells.Add(("normals", Colouring.Normals(normals, width, height)));
        }
        var row = new Mat(height + Caption, cells.Count * (width + Gap) - Gap, MatType.CV_8UC3, Scalar.All(255));
        for (int i = 0; i < cells.Count; i++)
        {
            int left = i * (width + Gap);
            using (Mat place = row[new Rect(left, Caption, width, height)])
            {
                cells[i].Image.CopyTo(place);
            }
            Cv2.PutText(row, cells[i].Title, new Point(left + 4, Caption - 7), HersheyFonts.HersheySimplex, 0.45, Ink, 1, LineTypes.AntiAlias);
            cells[i].Image.Dispose();
        }
        rows.Add(new Row(sequence, row, seen));
        if (rows.Count == 2 * wanted)
        {
            Volatile.Write(ref distance, 2 * distance);
            rows.FindAll(r => !Wants(r.Sequence)).ForEach(r => r.Image.Dispose());
            rows.RemoveAll(r => !Wants(r.Sequence));
        }
    }

    /// <summary>Writes the sheet as PNG, beside and renamed, so that a viewer never sees half a file.</summary>
    /// <exception cref="UserErrorException">The folder does not exist or cannot be written.</exception>
    public void Save(string path)
    {
        if (rows.Count == 0)
        {
            throw new UserErrorException(ExitCode.NoSource, $"no frame arrived, so there is no contact sheet to write to '{path}'");
        }
        Row[] chosen = Choose();
        int width = chosen.Max(r => r.Image.Width);
        const int legendLine = 24;
        (int legendHeight, List<(int Id, Point Place)> legend) = Legend(chosen.SelectMany(r => r.Seen).Distinct(), width, legendLine);
        int height = chosen.Sum(r => r.Image.Height + Gap) + legendHeight;
        using var sheet = new Mat(height, width, MatType.CV_8UC3, Scalar.All(255));
        int top = 0;
        foreach (Row row in chosen)
        {
            using Mat place = sheet[new Rect(0, top, row.Image.Width, row.Image.Height)];
            row.Image.CopyTo(place);
            top += row.Image.Height + Gap;
        }
        foreach ((int id, Point place) in legend)
        {
            ClassInfo info = classes!.Classes[id];
            Cv2.Rectangle(sheet, new Rect(place.X, top + place.Y + 4, 16, 14), new Scalar(info.Blue, info.Green, info.Red), -1);
            Cv2.PutText(sheet, info.Name, new Point(place.X + 22, top + place.Y + 16), HersheyFonts.HersheySimplex, 0.45, Ink, 1, LineTypes.AntiAlias);
        }
        if (!Cv2.ImEncode(".png", sheet, out byte[] png))
        {
            throw new UserErrorException(ExitCode.Failed, $"the contact sheet of {width}x{height} pixels could not be encoded as PNG");
        }
        AtomicFile.Write(path, png);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        rows.ForEach(r => r.Image.Dispose());
        rows.Clear();
    }

    private Row[] Choose() => rows.Count <= wanted ? [.. rows] : [.. Enumerable.Range(0, wanted).Select(i => rows[((2 * i) + 1) * rows.Count / (2 * wanted)])];

    private (int Height, List<(int Id, Point Place)> Entries) Legend(IEnumerable<int> seen, int width, int line)
    {
        const int entryWidth = 116;
        int perLine = Math.Max(1, width / entryWidth);
        int[] ids = [.. seen.Where(id => classes is not null && id < classes.Count).Order()];
        var entries = ids.Select((id, i) => (id, new Point(4 + i % perLine * entryWidth, i / perLine * line))).ToList();
        return ((ids.Length + perLine - 1) / perLine * line, entries);
    }

    /// <summary>A frame's row and the classes in it.</summary>
    private sealed record Row(long Sequence, Mat Image, HashSet<int> Seen);
}
