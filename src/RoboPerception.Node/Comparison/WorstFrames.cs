using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.Comparison;

/// <summary>The frames of a replay that differ most, at least a second apart, and the sheet that shows them.</summary>
internal sealed class WorstFrames(ModelDescription first, ModelDescription second, int wanted) : IDisposable
{
    private const long Apart = 1_000_000_000;

    private readonly List<Kept> frames = [];

    /// <summary>Those that are kept, the most different first.</summary>
    public IReadOnlyList<FrameDifference> Frames => [.. frames.Select(f => f.Difference)];

    /// <summary>Keeps a frame if it differs more than one of those kept.</summary>
    /// <param name="difference">How much it differs.</param>
    /// <param name="stamp">Its time, nanoseconds.</param>
    /// <param name="fit">Writes its image at the size of the grid; called if it is kept.</param>
    /// <param name="a">The first model's predictions.</param>
    /// <param name="b">The second's, on the same grid.</param>
    public void Offer(FrameDifference difference, long stamp, Func<Mat> fit, OutputBuffers a, OutputBuffers b)
    {
        // Frames that follow one another look alike: of those the worst is shown.
        Kept? beside = frames.Find(f => Math.Abs(f.Stamp - stamp) < Apart);
        if (beside is not null ? difference.Severity <= beside.Difference.Severity : frames.Count == wanted && difference.Severity <= frames[^1].Difference.Severity)
        {
            return;
        }
        Kept? replaced = beside ?? (frames.Count == wanted ? frames[^1] : null);
        if (replaced is not null)
        {
            frames.Remove(replaced);
            replaced.Input.Dispose();
        }
        frames.Add(new Kept(difference, stamp, fit(), Copy(first, a), Copy(second with { Input = first.Input }, b)));
        frames.Sort((x, y) => y.Difference.Severity.CompareTo(x.Difference.Severity));
    }

    /// <summary>Writes the sheet.</summary>
    /// <exception cref="UserErrorException">There was no frame, or the file cannot be written.</exception>
    public void Save(string path)
    {
        if (frames.Count == 0)
        {
            throw new UserErrorException(ExitCode.NoSource, $"no frame arrived, so there is nothing to show in '{path}'");
        }
        var sheet = new DiffSheet(first, second);
        foreach (Kept frame in frames)
        {
            sheet.Add(frame.Difference, frame.Input, frame.First, frame.Second);
        }
        AtomicFile.Write(path, sheet.ToPng());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        frames.ForEach(f => f.Input.Dispose());
        frames.Clear();
    }

    private static OutputBuffers Copy(ModelDescription model, OutputBuffers from)
    {
        var copy = new OutputBuffers(model);
        foreach (ModelOutput output in model.Outputs)
        {
            copy.Take(output.Kind, from);
        }
        return copy;
    }

    private sealed record Kept(FrameDifference Difference, long Stamp, Mat Input, OutputBuffers First, OutputBuffers Second);
}
