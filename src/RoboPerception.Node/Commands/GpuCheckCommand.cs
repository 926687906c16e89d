using System.CommandLine;
using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.GpuCheck;

namespace RoboPerception.Node.Commands;

/// <summary><c>gpu-check</c>: what this machine's GPU does with our models, as one JSON (launch/gpu-check.sh adds training to it).</summary>
internal static class GpuCheckCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var provider = new Option<string>("--provider") { Description = "cuda, tensorrt, or cpu for a rehearsal", HelpName = "NAME", DefaultValueFactory = _ => "cuda" };
        var models = new Option<string[]>("--model", "-m") { Description = "models to check, the first also to time; default: all shipped ones", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        var video = new Option<string?>("--video") { Description = "a recording for the node; without it, a moving pattern", HelpName = "FILE" };
        var seconds = new Option<double>("--seconds") { Description = "how long each timing takes", HelpName = "N", DefaultValueFactory = _ => 5 };
        var device = new Option<int>("--device") { Description = "number of the GPU", HelpName = "N" };
        var output = new Option<string?>("--out") { Description = "write the JSON here; without it, to standard output", HelpName = "FILE" };
        var command = new Command("gpu-check", "providers, every model against the CPU, half precision, and the node beside bare OrtRun, as one JSON") { provider, models, video, seconds, device, output };
        command.SetAction(async (parsed, _) =>
        {
            ExecutionProvider chosen = ExecutionProviders.Parse(parsed.GetValue(provider)!) is [var only]
                ? only
                : throw new UserErrorException(ExitCode.Usage, $"--provider '{parsed.GetValue(provider)}' is a list: name one of tensorrt, cuda, cpu.");
            if (parsed.GetValue(seconds) is not (> 0 and <= 60))
            {
                throw new UserErrorException(ExitCode.Usage, "--seconds is a number above 0, 60 at most.");
            }
            var options = new GpuCheckOptions(chosen, parsed.GetValue(models) is { Length: > 0 } named ? named : Shipped(), parsed.GetValue(video), parsed.GetValue(seconds), parsed.GetValue(device));
            (System.Text.Json.Nodes.JsonObject report, bool passed) = await GpuCheckReport.MakeAsync(options, part => Console.Error.WriteLine($"gpu-check: {part}"));
            string text = report.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
            if (parsed.GetValue(output) is { } file)
            {
                AtomicFile.Write(file, Encoding.UTF8.GetBytes(text));
            }
            else
            {
                Console.Write(text);
            }
            return (int)(passed ? ExitCode.Ok : ExitCode.Failed);
        });
        return command;
    }

    private static string[] Shipped()
    {
        string first = DefaultModel.Find();
        return [first, .. Directory.EnumerateFiles(Path.GetDirectoryName(first)!, "*.onnx").Where(file => file != first).Order(StringComparer.Ordinal)];
    }
}
