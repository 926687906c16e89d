using System.CommandLine;
using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train inspect</c>.</summary>
internal static class InspectCommand
{
    private const int ChannelsShown = 3;

    private static readonly Argument<string> Model = new("checkpoint") { Description = "Checkpoint of a network with attention" };
    private static readonly Option<string> Image = new("--image") { Description = "Image to look at", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "Folder for the images of the masks", Required = true };

    public static Command Create()
    {
        var command = new Command("inspect", "Shows what each task attends to: every attention mask as an image (mean of its channels, and its most varied channels beside it)") { Model, Image, Out };
        command.SetAction((parse, _) => UserErrors.Guard(() => Run(parse)));
        return command;
    }

    private static ExitCode Run(ParseResult parse)
    {
        var (network, state) = Checkpoint.LoadNetwork(parse.GetValue(Model)!);
        using (network)
        using (NewDisposeScope())
        {
            var masks = AttentionMasks.Of(network, Read(parse.GetValue(Image)!, state.Options.Height, state.Options.Width));
            if (masks.Count == 0)
            {
                throw new UserErrorException(ExitCode.Usage, $"'{network.Spec}' has no attention masks to show.");
            }

            var folder = Directory.CreateDirectory(parse.GetValue(Out)!).FullName;
            Console.WriteLine($"  {"mask",-44} {"size",12} {"mean",7} {"spread",7}");
            foreach (var mask in masks)
            {
                AtomicFile.Write(Path.Combine(folder, mask.Name + ".png"), ReadImage(mask));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {mask.Name,-44} {$"{mask.Channels}x{mask.Height}x{mask.Width}",12} {mask.Values.Average(),7:F3} {Math.Sqrt(AttentionMask.Variance(mask.Values)),7:F3}"));
            }

            Console.WriteLine($"Wrote {masks.Count} images to '{folder}'");
        }

        return ExitCode.Ok;
    }

    /// <summary>Mean and most varied channels side by side, all at the mask's own size.</summary>
    private static byte[] ReadImage(AttentionMask mask)
    {
        float[][] tiles = [mask.Mean(), .. mask.MostVaried(ChannelsShown).Select(mask.Channel)];
        var row = new float[tiles.Length * mask.Width * mask.Height];
        for (var t = 0; t < tiles.Length; t++)
        {
            for (var y = 0; y < mask.Height; y++)
            {
                tiles[t].AsSpan(y * mask.Width, mask.Width).CopyTo(row.AsSpan(((y * tiles.Length) + t) * mask.Width));
            }
        }

        return TaskImage.Share(row, mask.Height, tiles.Length * mask.Width);
    }

    private static Tensor Read(string path, int height, int width)
    {
        using var image = Cv2.ImRead(path, ImreadModes.Color);
        if (image.Empty())
        {
            throw new UserErrorException(ExitCode.NoSource, $"--image '{path}' does not exist or is no image.");
        }

        using var resized = new Mat();
        Cv2.Resize(image, resized, new OpenCvSharp.Size(width, height), 0, 0, InterpolationFlags.Area);
        var pixels = new float[3 * height * width];
        var source = resized.AsSpan<Vec3b>();
        for (var i = 0; i < source.Length; i++)
        {
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (source[i].Item2 / 255f, source[i].Item1 / 255f, source[i].Item0 / 255f);
        }

        return tensor(pixels, [1, height, width, 3]).permute(0, 3, 1, 2);
    }
}
