using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;

namespace RoboPerception.Training.Tests;

/// <summary>The built program, as a person runs it.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly MiniatureData data = new(4);
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose()
    {
        data.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("train --nonsense", 2, "--nonsense")]
    [InlineData("fly", 2, "fly")]
    [InlineData("train --data /does/not/exist --out OUT", 4, "/does/not/exist")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --size 50x50", 2, "50x50")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --schedule lunar", 2, "lunar")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --network resnet", 2, "resnet")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --network mtan-segnet --new-heads", 2, "--init, which is missing")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --network mtan-segnet --downscale 9", 2, "--downscale")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --fit squeeze", 2, "--fit 'squeeze'")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --unlabelled DATA/rgb", 2, "name at least one --teacher")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --unlabelled DATA/rgb --teacher x.ckpt --teacher-weight 0", 2, "--teacher-weight above 0")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --unlabelled DATA/rgb --teacher x.ckpt --unlabelled-stride 0", 2, "--unlabelled-stride")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --val-ids none --size 32x32 --unlabelled DATA/rgb --teacher x.ckpt --unlabelled-fraction 1", 2, "--unlabelled-fraction must")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --val-ids none --size 32x32 --unlabelled DATA/none --teacher x.ckpt", 4, "/none")]
    [InlineData("train --preset walk", 2, "walk")]
    [InlineData("train --out OUT", 2, "--data")]
    [InlineData("train --config OUT/none.yaml", 2, "none.yaml")]
    [InlineData("train --data DATA --ids ids.txt --out OUT --damaged maybe", 2, "maybe")]
    [InlineData("train --data nyu-mat:DATA --out OUT", 4, "nyu_depth_v2_labeled.mat")]
    [InlineData("data --data OUT", 4, "pascal-mt")]
    [InlineData("data --data DATA --ids ids.txt --classes 7", 2, "13, 40")]
    [InlineData("import OUT/none.pth --network mtan-segnet --out OUT/x.ckpt", 2, "none.pth")]
    [InlineData("inspect OUT/none.ckpt --image x.png --out OUT", 2, "none.ckpt")]
    [InlineData("export OUT/none.ckpt --out OUT/x.onnx", 2, "none.ckpt")]
    [InlineData("parity OUT/none.safetensors", 2, "none.safetensors")]
    [InlineData("parity OUT/none.safetensors OUT/other.safetensors", 2, "other.safetensors")]
    [InlineData("report OUT", 2, "last.ckpt")]
    [InlineData("evaluate OUT/none.onnx --data DATA --ids ids.txt", 3, "none.onnx")]
    public void A_wrong_command_line_names_what_is_wrong(string command, int exitCode, string named)
    {
        var (code, output) = RunHere(command);
        Assert.Equal(exitCode, code);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export --help", "--out")]
    [InlineData("table --help", "mtan-nyuv2")]
    [InlineData("average -h", "--weights")]
    public void Help_needs_none_of_a_commands_arguments(string command, string named)
    {
        var (code, output) = RunHere(command);
        Assert.Equal(0, code);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fly", 2, "fly")]
    [InlineData("export OUT/none.ckpt --out OUT/x.onnx", 2, "roboperception-train: Checkpoint")]
    public void The_program_ends_with_the_exit_code_and_one_line(string command, int exitCode, string named)
    {
        var (code, output) = Run(command);
        Assert.Equal(exitCode, code);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_trained_exported_and_evaluated()
    {
        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT", epochs: 2, "--val-ids ids.txt --fit letterbox --rotation 5"))));
        Assert.Equal((0, ""), OnlyErrors(Run("export OUT/best.ckpt --out OUT/small.onnx")));
        Assert.Equal(ResizeFit.Letterbox, RoboPerception.Training.Export.ExportedFile.Read(Path.Combine(folder, "small.onnx")).Description.Input.Fit);
        foreach (var (code, output) in new[] { RunHere("evaluate OUT/best.ckpt --data DATA --ids ids.txt"), Run("evaluate OUT/small.onnx --data DATA --ids ids.txt") })
        {
            Assert.Equal(0, code);
            Assert.Contains("segmentation.miou_pooled", output, StringComparison.Ordinal);
        }

        // Measured as they were trained, unless another fit is asked for.
        var (fitted, stretched, asked) = (RunHere("evaluate OUT/small.onnx --data DATA --ids ids.txt"), RunHere("evaluate OUT/small.onnx --data DATA --ids ids.txt --fit stretch"), RunHere("evaluate OUT/small.onnx --data DATA --ids ids.txt --fit letterbox"));
        Assert.Equal((0, 0, fitted), (fitted.ExitCode, stretched.ExitCode, asked));
        Assert.NotEqual(fitted, stretched);
    }

    [Fact]
    public void A_second_set_is_mixed_in_and_statistics_are_frozen_and_measured()
    {
        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT/A", epochs: 1, "--val-ids ids.txt --mix scene://samples?count=3 --mix-fraction 0.5 --rotation 6"))));
        Assert.Equal((0, ""), OnlyErrors(RunHere("average OUT/A/best.ckpt --measure-batch-norm --data DATA --ids ids.txt --val-ids ids.txt --out OUT/measured.ckpt")));
        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT/B", epochs: 1, "--init OUT/measured.ckpt --freeze-batch-norm --val-ids ids.txt"))));
        var (told, experiment) = RunHere(Train("OUT/D", epochs: 1, "--unlabelled DATA/rgb --unlabelled-fraction 0.5 --teacher OUT/measured.ckpt"));
        Assert.Equal((0, ""), OnlyErrors((told, experiment)));
        Assert.Contains("4 images without ground truth", experiment, StringComparison.Ordinal);
        experiment = File.ReadAllText(Path.Combine(folder, "D", "experiment.yaml"));
        Assert.Contains($"unlabelled: '{data.Folder}/rgb'\nunlabelled-fraction: 0.5\nunlabelled-stride: 5\n", experiment, StringComparison.Ordinal);
        Assert.Equal(8, RoboPerception.Training.Optimisation.Checkpoint.ReadState(Path.Combine(folder, "D", "last.ckpt")).TrainingImages);
        // Not exported: after so few steps on frozen statistics rounding is enlarged beyond what an export may deviate by.
        Assert.Equal((0, ""), OnlyErrors(RunHere("evaluate OUT/B/best.ckpt --data DATA --ids ids.txt")));
        foreach (var (command, named) in new[] { (Train("OUT/C", epochs: 1, "--mix scene://samples --mix-fraction 1.5 --val-ids ids.txt"), "--mix-fraction"), (Train("OUT/A", epochs: 2, "--resume --val-ids ids.txt"), "the same --data, --ids, --mix and --unlabelled") })
        {
            var (code, output) = RunHere(command);
            Assert.Equal(2, code);
            Assert.Contains(named, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Checkpoints_of_one_network_are_averaged_and_measured()
    {
        Assert.Equal((0, ""), OnlyErrors(RunHere(Narrow("OUT/A", epochs: 1, "--val-ids ids.txt"))));
        Assert.Equal((0, ""), OnlyErrors(RunHere(Narrow("OUT/B", epochs: 1, "--init OUT/A/best.ckpt --val-ids ids.txt"))));
        Assert.Equal((0, ""), OnlyErrors(RunHere("average OUT/A/best.ckpt OUT/B/best.ckpt --weights 3,1 --data DATA --val-ids ids.txt --out OUT/mean.ckpt")));
        var (a, b, mean) = (Parameters("A/best.ckpt"), Parameters("B/best.ckpt"), Parameters("mean.ckpt"));
        Assert.False(a.AsSpan().SequenceEqual(b));
        Assert.Equal(a.Length, mean.Length);
        Assert.DoesNotContain(mean.Select((value, i) => value - ((0.75 * a[i]) + (0.25 * b[i]))), difference => !(Math.Abs(difference) <= 1e-6));

        var (code, output) = RunHere("average OUT/A/best.ckpt OUT/B/best.ckpt --weights 3 --data DATA --val-ids ids.txt --out OUT/x.ckpt");
        Assert.Equal(2, code);
        Assert.Contains("1 shares for 2", output, StringComparison.Ordinal);

        // Metres and their logarithms have the same shapes and must not be mixed.
        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT/C", epochs: 1, "--val-ids ids.txt"))));
        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT/D", epochs: 1, "--tasks seg,logdepth,normal --val-ids ids.txt"))));
        (code, output) = RunHere("average OUT/C/best.ckpt OUT/D/best.ckpt --data DATA --val-ids ids.txt --out OUT/x.ckpt");
        Assert.Equal(2, code);
        Assert.Contains("the same predictions", output, StringComparison.Ordinal);

        // Its backbone stands in it under two names.
        string Narrow(string to, int epochs, string more) => Train(to, epochs, more).Replace("mtan-segnet:widths=4,4,4,4,4", "mtan-mobilenetv2:decoder=8,8,8,8", StringComparison.Ordinal);

        float[] Parameters(string path)
        {
            var (network, _) = RoboPerception.Training.Optimisation.Checkpoint.LoadNetwork(Path.Combine(folder, path));
            using (network)
            {
                return [.. network.parameters().SelectMany(parameter => parameter.data<float>().ToArray()), .. network.state_dict().Where(pair => pair.Key.Contains("running", StringComparison.Ordinal)).SelectMany(pair => pair.Value.data<float>().ToArray())];
            }
        }
    }

    [Fact]
    public void An_experiment_file_gives_the_options_that_the_command_line_leaves_open()
    {
        var file = Path.Combine(folder, "experiment.yaml");
        File.WriteAllText(
            file,
            $"""
            # a small run
            network: mtan-segnet:widths=4,4,4,4,4
            data: {data.Folder}
            ids: ids.txt
            val-ids: none
            size: 32x32
            epochs: 5
            no-augmentation: true
            lr: 1e-3
            """);
        Assert.Equal((0, ""), OnlyErrors(RunHere("train --config OUT/experiment.yaml --out OUT/run --epochs 1 --threads 1")));
        var options = RoboPerception.Training.Optimisation.Checkpoint.ReadState(Path.Combine(folder, "run", "last.ckpt")).Options;
        Assert.Equal((1, 1e-3, false, 32), (options.Epochs, options.LearningRate, options.Augment, options.Height));
    }

    [Fact]
    public void Every_run_leaves_an_experiment_that_repeats_it()
    {
        const string recipe = "--val-ids ids.txt --weighting dwa --zooms 1,1.2 --warm-up 2 --fit letterbox";
        var (code, told) = RunHere(Train("OUT/first", epochs: 2, recipe + " --dry-run"));
        Assert.Equal((0, ""), OnlyErrors((code, told)));
        Assert.Contains("4 (2 epochs of 2)", told, StringComparison.Ordinal);
        Assert.Contains("zooms: '1,1.2'", told, StringComparison.Ordinal);
        Assert.Contains("fit: letterbox", told, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "first")));

        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT/first", epochs: 2, recipe))));
        Assert.Equal((0, ""), OnlyErrors(RunHere("train --config OUT/first/experiment.yaml --out OUT/second")));
        Assert.Equal(Curve("first"), Curve("second"));
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "first", "experiment.yaml")), File.ReadAllText(Path.Combine(folder, "second", "experiment.yaml")));
        Assert.All(File.ReadLines(Path.Combine(folder, "first", "log.jsonl")), line => Assert.Contains("seg-depth", line, StringComparison.Ordinal));

        // A report is made anew from the data that the experiment names; two runs are compared.
        File.Delete(Path.Combine(folder, "first", "report.json"));
        Assert.Equal((0, ""), OnlyErrors(RunHere("report OUT/first")));
        Assert.True(File.Exists(Path.Combine(folder, "first", "report.json")));
        Assert.Equal((0, ""), OnlyErrors(RunHere("report OUT/first OUT/second --out OUT/both.html")));
        Assert.Contains("\"name\":\"second\"", File.ReadAllText(Path.Combine(folder, "both.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_option_of_a_training_once_under_its_kind()
    {
        var (code, help) = RunHere("train --help");
        Assert.Equal(0, code);
        string[] kinds = ["Run:", "Data:", "Network:", "Schedule:", "Augmentation:", "Machine:"];
        Assert.Equal(kinds, help.Split('\n').Select(line => line.TrimEnd()).Where(line => kinds.Contains(line)));
        var options = RoboPerception.Training.Commands.TrainCommand.Create().Options.Select(option => option.Name).ToArray();
        Assert.Equal(options.Length, options.Distinct().Count());
        Assert.All(options, option => Assert.Single(help.Split('\n'), line => line.StartsWith($"  {option} ", StringComparison.Ordinal) || line.TrimEnd() == $"  {option}"));
    }

    [Theory]
    [InlineData("size: 32x32\nepoch: 5", "line 2: key 'epoch'")]
    [InlineData("size: [32, 32]", "'size' must be a single value")]
    [InlineData("just text", "not one mapping")]
    [InlineData("a: b: c", "line 1")]
    public void A_wrong_experiment_file_is_refused_with_its_line(string text, string message)
    {
        File.WriteAllText(Path.Combine(folder, "wrong.yaml"), text);
        var (code, output) = RunHere("train --config OUT/wrong.yaml --data DATA --out OUT/run");
        Assert.Equal(2, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_image_ends_the_program_by_name_or_is_skipped_with_a_count()
    {
        File.WriteAllText(Path.Combine(data.Folder, "depth/0003.png"), "damaged");
        foreach (var command in new[] { Train("OUT/fail", epochs: 1), "data --data DATA --ids ids.txt --size 32x32" })
        {
            var (code, output) = RunHere(command);
            Assert.Equal(4, code);
            Assert.Contains("Image 2 of the list (id '0003')", output, StringComparison.Ordinal);
            Assert.Contains("depth/0003.png", output, StringComparison.Ordinal);
        }

        var (skipped, told) = RunHere(Train("OUT/skip", epochs: 1, "--damaged skip --loader-threads 2"));
        Assert.Equal(0, skipped);
        Assert.Contains("skipped 1 of 4 images", told, StringComparison.Ordinal);
        Assert.Equal(0, RunHere(Train("OUT/stream", epochs: 1, "--damaged skip --stream")).ExitCode);
        Assert.Contains("3 of 4, 1 damaged", RunHere("data --data DATA --ids ids.txt --size 32x32 --damaged skip").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_is_made_once_and_then_taken_from_its_runs()
    {
        const string command = "table mini --data DATA --ids ids.txt --val-ids ids.txt --out OUT/table --size 32x32 --widths 2,2,2,2,2 --epochs 1 --lr 1e-3";
        var (code, first) = RunHere(command);
        Assert.Equal((0, ""), OnlyErrors((code, first)));
        var table = File.ReadAllText(Path.Combine(folder, "table", "table.md"));
        Assert.Equal(7 + 2, table.Split('\n').Count(line => line.StartsWith('|')));
        Assert.Contains(table.Trim(), first, StringComparison.Ordinal);
        var log = Directory.GetFiles(folder, "log.jsonl", SearchOption.AllDirectories);
        Assert.Equal(9, log.Length);
        Assert.Equal((0, ""), OnlyErrors(RunHere(command)));
        Assert.All(log, file => Assert.Single(File.ReadLines(file)));

        // Two processes that share it come to the same table, each cell trained once.
        using (var other = Start(command.Replace("OUT/table", "OUT/shared", StringComparison.Ordinal)))
        {
            Assert.Equal((0, ""), OnlyErrors(Run(command.Replace("OUT/table", "OUT/shared", StringComparison.Ordinal))));
            other.StandardOutput.ReadToEnd();
            other.WaitForExit();
            Assert.Equal(0, other.ExitCode);
        }

        Assert.Equal(table, File.ReadAllText(Path.Combine(folder, "shared", "table.md")));
        Assert.All(Directory.GetFiles(Path.Combine(folder, "shared"), "log.jsonl", SearchOption.AllDirectories), file => Assert.Single(File.ReadLines(file)));
        var (refused, message) = RunHere(command.Replace("--epochs 1", "--epochs 2", StringComparison.Ordinal));
        Assert.Equal(2, refused);
        Assert.Contains("another recipe or budget", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_and_affinities_become_images()
    {
        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT/run", epochs: 1, "--val-ids ids.txt"))));
        Assert.Equal((0, ""), OnlyErrors(RunHere("inspect OUT/run/best.ckpt --image DATA/rgb/0001.png --out OUT/masks")));
        using (var mask = OpenCvSharp.Cv2.ImRead(Path.Combine(folder, "masks", "seg.encoder_att.0.png")))
        {
            Assert.Equal((32, 4 * 32), (mask.Rows, mask.Cols));
        }

        var (code, output) = RunHere("affinity --data DATA --ids ids.txt --size 32x32 --max-distance 8 --out OUT/affinity.svg");
        Assert.Equal(0, code);
        Assert.Contains("seg - depth", output, StringComparison.Ordinal);
        System.Xml.Linq.XDocument.Load(Path.Combine(folder, "affinity.svg"));
        Assert.Equal((0, ""), OnlyErrors(RunHere("evaluate OUT/run/best.ckpt --data DATA --ids ids.txt --json OUT/figures.json")));
        Assert.Equal((0, ""), OnlyErrors(RunHere(Train("OUT/second", epochs: 1, "--val-ids ids.txt --baseline OUT/figures.json"))));
    }

    [Fact]
    public void A_killed_run_goes_on_along_the_same_curve()
    {
        Assert.Equal(0, RunHere(Train("OUT/whole", epochs: 4)).ExitCode);
        using (var process = Start(Train("OUT/killed", epochs: 4, "--checkpoint-minutes 0")))
        {
            WaitFor(process, Path.Combine(folder, "killed", "last.ckpt"));
            process.Kill();
            process.WaitForExit();
        }

        Assert.Equal(0, Run(Train("OUT/killed", epochs: 4, "--resume")).ExitCode);
        Assert.Equal(Curve("whole"), Curve("killed"));
    }

    [Fact]
    public void Interrupting_saves_and_ends_with_130()
    {
        using var process = Start(Train("OUT/run", epochs: 10_000));
        WaitFor(process, Path.Combine(folder, "run", "log.jsonl"));
        Process.Start("kill", ["-INT", process.Id.ToString(null, null)]).WaitForExit();
        Assert.True(process.WaitForExit(Patience), "the program ends after an interrupt");
        Assert.Equal(130, process.ExitCode);
        Assert.True(File.Exists(Path.Combine(folder, "run", "last.ckpt")));
        var (code, output) = RunHere(Train("OUT/run", epochs: 1));
        Assert.Equal(2, code);
        Assert.Contains("--resume", output, StringComparison.Ordinal);
    }

    private static string Train(string to, int epochs, string more = "--val-ids none") =>
        $"train --data DATA --ids ids.txt --out {to} --network mtan-segnet:widths=4,4,4,4,4 --size 32x32 --batch 2 --epochs {epochs} --lr 1e-3 --threads 1 {more}"
        + (more.Contains("--val-ids", StringComparison.Ordinal) ? "" : " --val-ids none");

    /// <summary>The mean losses of every epoch. A killed run may have logged an epoch twice, the second time after resuming: the last counts.</summary>
    private SortedDictionary<int, string> Curve(string run)
    {
        var curve = new SortedDictionary<int, string>();
        foreach (var line in File.ReadLines(Path.Combine(folder, run, "log.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            curve[json.RootElement.GetProperty("epoch").GetInt32()] = json.RootElement.GetProperty("losses").GetRawText();
        }

        return curve;
    }

    private static (int ExitCode, string Errors) OnlyErrors((int ExitCode, string Output) result) => (result.ExitCode, result.ExitCode == 0 ? "" : result.Output);

    private static void WaitFor(Process process, string path)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(path))
        {
            Assert.True(!process.HasExited && clock.Elapsed < Patience, $"the program writes {Path.GetFileName(path)} while it runs");
            Thread.Sleep(20);
        }
    }

    private (int ExitCode, string Output) Run(string command)
    {
        using var process = Start(command);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>The same without a process, for all that is not about its beginning or end.</summary>
    private (int ExitCode, string Output) RunHere(string command) => InProcess.Run(Arguments(command));

    private string[] Arguments(string command) =>
        [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument.Replace("DATA", data.Folder, StringComparison.Ordinal).Replace("OUT", folder, StringComparison.Ordinal))];

    private Process Start(string command)
    {
        // Tests that run in the background of a shell ignore SIGINT, and their children would inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "roboperception-train.dll"));
        foreach (var argument in Arguments(command))
        {
            start.ArgumentList.Add(argument);
        }

        // Waiting threads that spin would fight with the other tests for the cores.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        return Process.Start(start)!;
    }
}
