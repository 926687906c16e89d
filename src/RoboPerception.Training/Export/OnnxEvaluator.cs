using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Export;

/// <summary>Measures an exported file as it will be used: bytes in, predictions out.</summary>
internal static class OnnxEvaluator
{
    /// <summary>The filled meters in the order of the outputs; images must have the size of the model's input.</summary>
    public static IReadOnlyList<ITaskMeter> Measure(string path, ModelDescription description, ImageSet images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(images);
        using var runner = new GraphRunner(File.ReadAllBytes(path), description.Input.Height, description.Input.Width);
        var meters = description.Outputs.Select(Meter).ToArray();
        var image = new byte[images.Height * images.Width * 3];
        for (var n = 0; n < images.Count; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = new Batch(1, images.Height, images.Width);
            SampleWriter.Write(images[n], View.Whole, batch, 0);
            ImageBytes.BlueFirst(images[n].Rgb, image);
            var predictions = runner.Run(image);
            for (var k = 0; k < meters.Length; k++)
            {
                Add(meters[k], description.Outputs[k], predictions, batch, images[n]);
            }
        }

        return meters;
    }

    private static ITaskMeter Meter(ModelOutput output) => output.Kind switch
    {
        OutputKind.Segmentation => new SegmentationMeter(output.Classes!.Count),
        OutputKind.Normals => new NormalsMeter(),
        _ => new DepthMeter(),
    };

    private static void Add(ITaskMeter meter, ModelOutput output, GraphRunner.Predictions predictions, Batch batch, LabeledImage image)
    {
        if (meter is SegmentationMeter segmentation)
        {
            segmentation.AddImage(predictions.Labels(output.Name), batch.OtherLabels.GetValueOrDefault(output.Classes!.Count, batch.Labels));
            return;
        }

        var task = output.Kind == OutputKind.Normals ? TaskDescription.Normals : TaskDescription.Depth;
        GroundTruth.Compare(meter, task, predictions.Values(output.Name), batch, [image]);
    }
}
