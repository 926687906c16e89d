using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Commands;

/// <summary>The options that choose data, for every command that reads some.</summary>
internal static class DataArguments
{
    /// <summary>What the help of <c>--data</c> says.</summary>
    public static string DataHelp { get; } =
        $"Labelled images as FORMAT:PATH, or as PATH if what lies there tells the format: {DataFormats.Help}. Or {SceneImages.Address}?seed=1&count=1000 to render rooms on the way";

    private const string FitHelp = "Images of another shape: stretch, crop or letterbox, as the node's cameras.fit";

    public static Option<string?> Ids(string name, string what) => new(name)
    {
        Description = $"{what}: a split of the layout (train, val, test, all) or a file with one id a line; by default what the format uses for it",
    };

    public static Option<int> Classes() => new("--classes") { Description = "Classes of the segmentation where the data have several sets: 13 or 40 (NYU), 7, 19 or 2 (CityScapes)" };

    public static Option<string> Damaged() => new("--damaged") { Description = "A missing or damaged file: fail, or skip the image with a count", DefaultValueFactory = _ => "fail" };

    /// <summary>How images of another shape are brought to the size of the images, for commands that choose it.</summary>
    public static Option<string> Fit() => new("--fit") { Description = FitHelp, DefaultValueFactory = _ => "stretch" };

    /// <summary>The same for commands that are given a network.</summary>
    public static Option<string?> FitOfModel() => new("--fit") { Description = $"{FitHelp}; by default as it was trained" };

    public static Option<int> LoaderThreads() => new("--loader-threads") { Description = "Threads that decode and augment ahead of the optimiser", DefaultValueFactory = _ => 1 };

    public static Option<bool> Stream() => new("--stream") { Description = "Decode images when they are needed instead of holding all in memory" };

    public static DamagePolicy Policy(string text) => text switch
    {
        "fail" => DamagePolicy.Fail,
        "skip" => DamagePolicy.Skip,
        _ => throw new UserErrorException(ExitCode.Usage, $"--damaged '{text}' is unknown; choose skip or fail."),
    };

    /// <summary>A value of <c>--fit</c>.</summary>
    public static ResizeFit FitOf(string text) => text switch
    {
        "stretch" => ResizeFit.Stretch,
        "crop" => ResizeFit.Crop,
        "letterbox" => ResizeFit.Letterbox,
        _ => throw new UserErrorException(ExitCode.Usage, $"--fit '{text}' is unknown; choose stretch, crop or letterbox."),
    };

    /// <summary>Decodes a data set into memory, telling what was left out.</summary>
    public static ImageSet Load(ImageReader reader, (int Height, int Width) size, DamagePolicy damaged, bool compare, CancellationToken cancellation)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Reading {reader.Ids.Count} images at {size.Height}x{size.Width}"));
        var images = ImageSet.Load(reader, size.Height, size.Width, cancellation: cancellation, damaged: damaged, keepOwnNormals: compare);
        foreach (var image in images.Damaged)
        {
            Tell(image);
        }

        if (images.Damaged.Count > 0)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"roboperception-train: skipped {images.Damaged.Count} of {reader.Ids.Count} images."));
        }

        return images;
    }

    /// <summary>A data set that is decoded on the way.</summary>
    public static StreamedImages Streamed(ImageReader reader, (int Height, int Width) size, DamagePolicy damaged) =>
        new(reader, size.Height, size.Width, damaged) { Skipped = Tell };

    private static void Tell(DamagedImage image) => Console.Error.WriteLine($"roboperception-train: skipped. {image}");
}
