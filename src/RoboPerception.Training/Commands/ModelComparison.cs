using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Export;
using RoboPerception.Training.Import;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;

namespace RoboPerception.Training.Commands;

/// <summary><c>models --compare</c>: what exported models predict how well and what they cost, as a picture of accuracy against operations.</summary>
internal static class ModelComparison
{
    private static readonly string[] Shown = ["segmentation.miou_pooled", "depth.relative_error_pooled", "normals.mean_angle_pooled"];

    /// <summary>Reads every model of a folder and draws them.</summary>
    /// <param name="folder">Folder of .onnx files of the model contract.</param>
    /// <param name="picture">SVG file to write.</param>
    /// <exception cref="UserErrorException">There is none, or one is damaged.</exception>
    public static ExitCode Tell(string folder, string picture)
    {
        string[] files = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.onnx").Order(StringComparer.Ordinal)] : [];
        if (files.Length == 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"--compare '{folder}': no .onnx file is there; name a folder of exported models, such as models.");
        }

        Model[] models = [.. files.Select(Read)];
        Console.WriteLine("Accuracy as the files' own metadata tell it; multiplications with addition counted on the network that each file names.");
        Console.WriteLine($"{"model",-32} {"GMAC",7} {"parameters",12}  {string.Join("  ", Shown.Select(name => MetricLabel.ByName[name].Label.PadLeft(20)))}  measured after training on");
        foreach (var model in models)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Name,-32} {model.GMac,7:0.00} {model.Parameters,12:N0}  {string.Join("  ", Shown.Select(name => MetricLabel.ByName[name].Format(model.Metrics.GetValueOrDefault(name, double.NaN)).PadLeft(20)))}  {model.DataSet}"));
        }

        AtomicFile.Write(picture, Encoding.UTF8.GetBytes(SvgFigure.Draw([.. Shown.Select(name => Panel(name, models))])));
        Console.WriteLine($"Wrote '{picture}'");
        return ExitCode.Ok;
    }

    private static Panel Panel(string name, Model[] models)
    {
        var label = MetricLabel.ByName[name];
        return new Panel(
            $"{label.Label}, {label.Unit} ({(label.HigherIsBetter ? "higher" : "lower")} is better)",
            "GMAC an image",
            [.. models.Where(model => model.Metrics.ContainsKey(name)).Select(model => new Series($"{model.Name} (on {model.DataSet.Split(',', '(')[0].Trim()})", [(model.GMac, label.Scale * model.Metrics[name])], Marks: true))]);
    }

    private static Model Read(string path)
    {
        var (model, description) = ExportedFile.Read(path);
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(description.Architecture), TaskList.Parse(ModelImport.TaskKeys(model.Graph, description)));
        var scale = ModelImport.ImageScale(model.Graph);
        var (height, width) = (description.Input.Height / scale, description.Input.Width / scale);
        return new Model(description.Name, description.DataSet, MacCounter.Count(network, height, width).GMac, network.ParameterCount, description.Metrics);
    }

    private sealed record Model(string Name, string DataSet, double GMac, long Parameters, IReadOnlyDictionary<string, double> Metrics);
}
