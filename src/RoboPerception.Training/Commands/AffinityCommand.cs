using System.CommandLine;
using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Reports;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train affinity</c>.</summary>
internal static class AffinityCommand
{
    private static readonly Option<string> Data = new("--data") { Description = DataArguments.DataHelp, Required = true };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Images to look at");
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH", DefaultValueFactory = _ => "288x384" };
    private static readonly Option<int> MaxDistance = new("--max-distance") { Description = "Largest dilation in pixels; the smaller ones are its halves down to 1", DefaultValueFactory = _ => 64 };
    private static readonly Option<string> Out = new("--out") { Description = "Image to write (SVG)", DefaultValueFactory = _ => "affinity.svg" };

    public static Command Create()
    {
        var command = new Command("affinity", "Measures how often tasks agree on whether two pixels belong together, by their distance (MTI-Net's analysis), on the labels of a data set") { Data, Ids, Size, MaxDistance, Out };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", 1);
        var farthest = parse.GetValue(MaxDistance);
        if (farthest < 1 || farthest >= Math.Min(height, width))
        {
            throw new UserErrorException(ExitCode.Usage, $"--max-distance {farthest} must be from 1 to the smaller side of --size less 1.");
        }

        var ids = parse.GetValue(Ids);
        var images = TrainingData.Load(new DataChoice(parse.GetValue(Data)!, ids, ids), ids, height, width, cancellation);
        var affinity = new PixelAffinity([.. Halves(farthest).Reverse()]);
        for (var i = 0; i < images.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            affinity.Add(images[i]);
        }

        Console.WriteLine($"Agreement of tasks on {images.Count} images, by dilation in pixels");
        Console.WriteLine($"  {"dilation",-9}{string.Concat(PixelAffinity.Pairs.Select(pair => $"{pair,16}"))}");
        for (var d = 0; d < affinity.Dilations.Count; d++)
        {
            var shares = Enumerable.Range(0, PixelAffinity.Pairs.Count).Select(pair => affinity.Agreement(d, pair).ToString("F4", CultureInfo.InvariantCulture));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {affinity.Dilations[d],-9}{string.Concat(shares.Select(share => $"{share,16}"))}"));
        }

        var path = parse.GetValue(Out)!;
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(Plot(affinity)));
        Console.WriteLine($"Wrote '{path}'");
        return ExitCode.Ok;
    }

    private static string Plot(PixelAffinity affinity) => SvgFigure.Draw(
        [new Panel("Agreement of pixel affinities", "dilation in pixels", [.. PixelAffinity.Pairs.Select((name, pair) => new Series(name, [.. affinity.Dilations.Select((dilation, d) => ((double)dilation, affinity.Agreement(d, pair)))]))])]);

    private static IEnumerable<int> Halves(int farthest)
    {
        for (var dilation = farthest; dilation >= 1; dilation /= 2)
        {
            yield return dilation;
        }
    }
}
