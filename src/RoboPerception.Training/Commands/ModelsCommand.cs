using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train models</c>: what every network costs.</summary>
internal static class ModelsCommand
{
    private const string DecathlonLabel = "WRN-28-4, MTAN";

    private static readonly Argument<string[]> Filters = new("part") { Description = "Parts of network names, or whole networks as for --network (FAMILY:OPTIONS); all networks without them", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH of the image", DefaultValueFactory = _ => "288x384" };

    private static readonly Option<string?> Compare = new("--compare") { Description = "Folder of exported models: draws their accuracy against their operations, read from the files themselves", HelpName = "folder", Arity = ArgumentArity.ZeroOrOne, CustomParser = result => result.Tokens.Count == 0 ? "models" : result.Tokens[0].Value };
    private static readonly Option<string> Out = new("--out") { Description = "Picture that --compare writes", DefaultValueFactory = _ => "models.svg" };

    public static Command Create()
    {
        var command = new Command("models", "Lists the networks: parameters, operations, ratio to a single-task network, and the paper's #P; with --compare, what trained models reach") { Filters, Size, Compare, Out };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => parse.GetValue(Compare) is { } folder
            ? ModelComparison.Tell(folder, parse.GetValue(Out)!)
            : Run(parse.GetValue(Filters)!, parse.GetValue(Size)!, cancellation)));
        return command;
    }

    private static ExitCode Run(string[] filters, string size, CancellationToken cancellation)
    {
        var (height, width) = Arguments.Size(size, "--size", MacCounter.SizeMultiple);
        var chosen = ModelCatalogue.Entries.Where(entry => Matches(entry.Label, entry.Spec, filters)).ToList();
        chosen.AddRange(filters.Where(filter => filter.Contains(':', StringComparison.Ordinal) && chosen.All(entry => entry.Spec != filter)).Select(Given));
        var decathlon = Matches(DecathlonLabel, nameof(WideResNetMtan), filters);
        if (chosen.Count == 0 && !decathlon)
        {
            throw new UserErrorException(ExitCode.Usage, $"No network is called '{string.Join("' or '", filters)}'; run without a name to see all.");
        }

        Console.WriteLine($"Segmentation into 13 classes, depth and normals (networks for one task: segmentation), image {height}x{width}.");
        Console.WriteLine("GMAC counts convolutions and linear layers; maps are what convolutions return, in float32.");
        Console.WriteLine($"{"model",-24} {"parameters",12} {"ratio",7} {"paper #P",13} {"GMAC",8} {"convs",6} {"maps MB",8}  --network");
        var baselines = new Dictionary<string, long>();
        foreach (var entry in chosen)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!baselines.TryGetValue(entry.Baseline, out var baseline))
            {
                baselines[entry.Baseline] = baseline = ModelCatalogue.BaselineParameters(entry);
            }

            using var network = ModelCatalogue.Create(entry);
            Show(entry.Label, network.ParameterCount, baseline, entry.PaperShare, MacCounter.Count(network, height, width), entry.Spec);
        }

        if (decathlon)
        {
            using var network = new WideResNetMtan(WideResNetMtan.Decathlon);
            Show(DecathlonLabel, network.ParameterCount, network.BackboneParameterCount, "1.74", MacCounter.Count(network), "(ten data sets, images of 72x72, one data set's branch)");
        }

        return ExitCode.Ok;
    }

    private static CatalogueEntry Given(string text)
    {
        var spec = NetworkSpec.Parse(text);
        var isForOneTask = spec.Family.StartsWith("single-", StringComparison.Ordinal) || spec.Family == NetworkSpec.Stan;
        return new CatalogueEntry("as given", text, text, null, isForOneTask ? 1 : 3);
    }

    private static bool Matches(string label, string spec, string[] filters) =>
        filters.Length == 0 || filters.Any(filter => $"{label} {spec}".Contains(filter, StringComparison.OrdinalIgnoreCase));

    private static void Show(string label, long parameters, long baseline, string? paper, MacCount cost, string spec) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{label,-24} {parameters,12:N0} {(double)parameters / baseline,7:0.0000} {paper ?? "-",13} {Figure(cost.GMac),8} {cost.Convolutions,6} {cost.OutputElements * 4 / 1048576.0,8:0}  {spec}"));

    // Three digits at least, as the papers' figures are compared.
    private static string Figure(double value) => value.ToString(value < 10 ? "0.000" : "0.00", CultureInfo.InvariantCulture);
}
