using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Sources;
using RoboPerception.Scenes;
using FrameBuffers = RoboPerception.Scenes.FrameBuffers;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// How right the predictions are, on a source whose ground truth is known. Frame n of a scene is a function of its address, so its
/// labels are rendered again here, at the model's own grid: nothing is interpolated. Metrics are pooled over all pixels of
/// all frames (architectures.md section 5): mean IoU over the classes that occur, pixel accuracy, absolute and relative depth error,
/// mean angle of the normals.
/// </summary>
internal sealed class SceneScore : IDisposable
{
    private readonly SceneCamera groundTruth;
    private readonly FrameBuffers labels;
    private readonly int classes;
    private readonly long[] confusion;
    private readonly ClassMap? names;
    private double depthAbsolute;
    private double depthRelative;
    private long depthPixels;
    private double angles;
    private long normalPixels;
    private long frames;

    /// <summary>A score of one camera.</summary>
    /// <exception cref="UserErrorException">The camera is not a scene, so nobody knows the ground truth (exit code 2).</exception>
    public SceneScore(CameraSettings camera, ModelDescription model)
    {
        if (!camera.Source.StartsWith(SceneUri.Scheme, StringComparison.Ordinal))
        {
            throw new UserErrorException(ExitCode.Usage, $"--score needs a source whose labels are known, e.g. {SceneSource.Example}; '{camera.Id}' has none");
        }
        SceneUri address = SceneSource.Parse(camera.Source);
        // The grid may have another aspect ratio than the source; the stretch must then be the same.
        if (Math.Abs((double)address.Width / address.Height - (double)model.Input.Width / model.Input.Height) > 0.01)
        {
            throw new UserErrorException(ExitCode.Usage, $"--score needs a scene of the model's aspect ratio {model.Input.Width}:{model.Input.Height}, not {address.Width}x{address.Height}");
        }
        groundTruth = new SceneCamera(address with { Width = model.Input.Width, Height = model.Input.Height, IdealSensor = true });
        labels = new FrameBuffers(model.Input.Width, model.Input.Height);
        names = model.Output(OutputKind.Segmentation)?.Classes;
        classes = names?.Count ?? 0;
        confusion = new long[classes * classes];
    }

    /// <summary>Compares one frame's predictions.</summary>
    public void Add(long sequence, OutputBuffers predictions)
    {
        groundTruth.Render(sequence, labels);
        frames++;
        int pixels = labels.Width * labels.Height;
        for (int i = 0; i < pixels; i++)
        {
            if (classes > 0 && labels.Segmentation[i] < classes && predictions.Segmentation[i] < classes)
            {
                confusion[labels.Segmentation[i] * classes + predictions.Segmentation[i]]++;
            }
            float metres = labels.Depth[i];
            if (metres > 0 && !predictions.Depth.IsEmpty && float.IsFinite(predictions.Depth[i]))
            {
                double error = Math.Abs(predictions.Depth[i] - metres);
                depthAbsolute += error;
                depthRelative += error / metres;
                depthPixels++;
            }
            if (metres > 0 && !predictions.Normals.IsEmpty)
            {
                double dot = (predictions.Normals[i] * labels.Normals[i]) + (predictions.Normals[pixels + i] * labels.Normals[pixels + i]) + (predictions.Normals[2 * pixels + i] * labels.Normals[2 * pixels + i]);
                angles += Math.Acos(Math.Clamp(dot, -1, 1)) * (180 / Math.PI);
                normalPixels++;
            }
        }
    }

    /// <summary>The table for people.</summary>
    public string Summary(string camera)
    {
        var text = new StringBuilder();
        text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"score of '{camera}' over {frames} frames, pooled over pixels, against the scene's exact labels"));
        if (classes > 0 && frames > 0)
        {
            double[] iou = [.. Enumerable.Range(0, classes).Select(Iou)];
            long right = Enumerable.Range(0, classes).Sum(c => confusion[c * classes + c]);
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"  segmentation   mIoU {100 * iou.Where(double.IsFinite).DefaultIfEmpty(0).Average():0.0} %   pixel accuracy {100.0 * right / Math.Max(1, confusion.Sum()):0.0} %"));
            text.AppendLine("    " + string.Join("  ", iou.Select((v, c) => string.Create(CultureInfo.InvariantCulture, $"{names!.Classes[c].Name} {(double.IsFinite(v) ? 100 * v : double.NaN):0.0}"))));
        }
        if (depthPixels > 0)
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"  depth          abs {depthAbsolute / depthPixels:0.000} m   rel {depthRelative / depthPixels:0.000}"));
        }
        if (normalPixels > 0)
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"  normals        mean angle {angles / normalPixels:0.0} degrees"));
        }
        return text.ToString().TrimEnd();
    }

    /// <inheritdoc/>
    public void Dispose() => groundTruth.Dispose();

    /// <summary>NaN for a class that occurs neither in ground truth nor in predictions: it is left out of the mean.</summary>
    private double Iou(int c)
    {
        long groundTruths = 0, predictions = 0, both = confusion[c * classes + c];
        for (int other = 0; other < classes; other++)
        {
            groundTruths += confusion[c * classes + other];
            predictions += confusion[other * classes + c];
        }
        long union = groundTruths + predictions - both;
        return union == 0 ? double.NaN : (double)both / union;
    }
}
