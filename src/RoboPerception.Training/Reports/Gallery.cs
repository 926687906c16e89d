using System.Globalization;
using OpenCvSharp;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Reports;

/// <summary>The images of a validation set that a network does best, middling and worst, with ground truth, prediction and error of every task.</summary>
internal static class Gallery
{
    private const int ImagesOfAKind = 3;

    // Each of these is looked at once more; a whole validation set would double the time of the report.
    private const int ImagesRanked = 100;

    // Wide enough to judge by, small enough that a page of ninety images stays near a megabyte.
    private const int WidestImage = 256;

    /// <summary>Ranks the images by <see cref="Evaluator.Score"/> and shows the ends and the middle.</summary>
    public static IReadOnlyList<GalleryImage> Choose(PerceptionNetwork network, ImageSet validation, Device device)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(validation);
        var ranked = Rank(network, validation, device);
        var each = Math.Min(ImagesOfAKind, Math.Max(ranked.Length / 3, 1));
        var middle = Math.Clamp((ranked.Length - each) / 2, 0, ranked.Length - each);
        (string Kind, int First)[] kinds = ranked.Length < 3 ? [("best", 0)] : [("best", 0), ("median", middle), ("worst", ranked.Length - each)];
        return [.. kinds.SelectMany(kind => Enumerable.Range(kind.First, each).Select(place => Show(network, validation, device, kind.Kind, ranked[place])))];
    }

    private static Ranked[] Rank(PerceptionNetwork network, ImageSet validation, Device device)
    {
        var count = Math.Min(validation.Count, ImagesRanked);
        return
        [
            .. Enumerable.Range(0, count).Select(n => (int)((long)n * validation.Count / count))
                .Select(i => (Image: i, Values: Evaluator.Evaluate(network, new ImageSet([validation[i]]), device)))
                .Select(entry => new Ranked(entry.Image, Evaluator.Score(entry.Values), entry.Values))
                .OrderByDescending(entry => entry.Score),
        ];
    }

    private static GalleryImage Show(PerceptionNetwork network, ImageSet validation, Device device, string kind, Ranked chosen)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        network.eval();
        var batch = new Batch(1, validation.Height, validation.Width);
        SampleWriter.Write(validation[chosen.Image], View.Whole, batch, 0);
        var outputs = network.forward(BatchTensors.Images(batch, device));
        var tasks = network.Tasks.Select((task, k) =>
        {
            var prediction = outputs[k].cpu().contiguous().data<float>().ToArray();
            var sharp = task.Classes is not null;
            return new GalleryTask(
                task.Key,
                Figure(task, chosen.Values),
                Address(TaskImage.GroundTruth(task, batch, 0), sharp),
                Address(TaskImage.Prediction(task, prediction, batch, 0), sharp),
                Address(TaskImage.Error(task, prediction, batch, 0), sharp));
        });
        return new GalleryImage(kind, chosen.Image, chosen.Score, Address(TaskImage.Photograph(batch, 0), sharp: false), [.. tasks]);
    }

    private static string Figure(TaskDescription task, IReadOnlyList<MetricValue> values) =>
        MetricLabel.MainOf(task.Key) is { } name && values.FirstOrDefault(value => value.Name == name) is { Name: not null } found
            ? string.Create(CultureInfo.InvariantCulture, $"{MetricLabel.ByName[name].Label} {MetricLabel.ByName[name].Format(found.Value)}")
            : "";

    /// <summary>A PNG made small, as an address: class colours stay exact, everything else becomes a JPEG.</summary>
    private static string Address(byte[] png, bool sharp)
    {
        using var image = Cv2.ImDecode(png, ImreadModes.Color);
        var factor = (image.Width + WidestImage - 1) / WidestImage;
        using var small = factor == 1 ? image.Clone() : image.Resize(new OpenCvSharp.Size(image.Width / factor, image.Height / factor), 0, 0, sharp ? InterpolationFlags.Nearest : InterpolationFlags.Area);
        return sharp
            ? "data:image/png;base64," + Convert.ToBase64String(small.ImEncode(".png"))
            : "data:image/jpeg;base64," + Convert.ToBase64String(small.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 82)));
    }

    private sealed record Ranked(int Image, double Score, IReadOnlyList<MetricValue> Values);
}
