using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: what launch/gpu-check.sh does on a machine with a GPU has been rehearsed on one without.</summary>
public sealed class GpuCheckTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public void The_check_of_a_GPU_runs_on_the_CPU_as_a_rehearsal()
    {
        (int code, string output, string errors) = Run("--rehearse", "--seconds", "0.2", "--model", Model());
        Assert.True(code == 0, errors);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement report = json.RootElement;
        Assert.True(report.GetProperty("passed").GetBoolean());
        Assert.Equal(("cpu", true), (report.GetProperty("provider").GetString(), report.GetProperty("rehearsal").GetBoolean()));
        Assert.Equal(["tensorrt", "cuda", "cpu"], report.GetProperty("providers").EnumerateArray().Select(provider => provider.GetProperty("provider").GetString()));
        foreach (string part in new[] { "models", "half_precision", "cuda_graph" })
        {
            JsonElement model = Assert.Single(report.GetProperty(part).EnumerateArray());
            Assert.True(model.GetProperty("passed").GetBoolean());
            Assert.Equal(Path.GetFileName(Model()), model.GetProperty("model").GetString());
            Ordered(model.GetProperty("run"), fewest: 5);
        }
        foreach (string encoding in new[] { "fast", "png" })
        {
            JsonElement node = report.GetProperty("node_" + encoding);
            int frames = node.GetProperty("frames").GetInt32();
            Assert.InRange(frames, 20, int.MaxValue);
            Ordered(node.GetProperty("bare_ort_run").GetProperty("before"), fewest: 5);
            Ordered(node.GetProperty("stages").GetProperty("inference"), fewest: frames);
            Ordered(node.GetProperty("age"), fewest: frames);
            Assert.True(node.GetProperty("efficiency").GetDouble() > 0);
        }
        Assert.NotEqual(0, report.GetProperty("environment").GetProperty("cores").GetInt32());

        // Where the bench is built, training is measured; where it is not, or a busy machine takes longer than the script waits, the report says so.
        JsonElement training = report.GetProperty("training");
        Assert.True(training.TryGetProperty("images_per_second", out JsonElement rate) ? rate.GetDouble() > 0 : training.GetProperty("reason").GetString() is { } reason && (reason.Contains("no bench here", StringComparison.Ordinal) || reason == "training took longer than a minute"), training.ToString());
    }

    [Fact]
    public void A_provider_that_does_not_load_is_told_with_its_remedy_in_every_part()
    {
        (int code, string output, string errors) = Run("--provider", "cuda", "--seconds", "0.2", "--model", Model());
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement report = json.RootElement, cuda = report.GetProperty("providers").EnumerateArray().Single(provider => provider.GetProperty("provider").GetString() == "cuda");
        Assert.Equal(code == 0, report.GetProperty("passed").GetBoolean());
        if (cuda.GetProperty("loads").GetBoolean())
        {
            // A machine with a GPU: what it found is not this test's business.
            return;
        }
        Assert.True(code == 1, errors);
        Assert.All(new[] { cuda, report.GetProperty("models")[0], report.GetProperty("half_precision")[0] }, part => Assert.NotEqual("", part.GetProperty("remedy").GetString()));
        Assert.All(new[] { "node_fast", "node_png" }, part => Assert.NotEqual("", report.GetProperty(part).GetProperty("reason").GetString()));
        Assert.DoesNotContain("   at ", errors + output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "'tensorrt,cuda' is a list", "--provider", "tensorrt,cuda")]
    [InlineData(2, "'fpga'", "--provider", "fpga")]
    [InlineData(2, "--seconds is a number above 0", "--seconds", "0")]
    [InlineData(2, "--nonsense", "--nonsense", "x")]
    public void A_wrong_option_is_named(int exitCode, string named, string option, string value)
    {
        (int code, string output, string errors) = Run("--rehearse", option, value);
        Assert.Equal((exitCode, ""), (code, output));
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private static void Ordered(JsonElement timing, int fewest)
    {
        Assert.InRange(timing.GetProperty("count").GetInt64(), fewest, long.MaxValue);
        double median = timing.GetProperty("p50_ms").GetDouble();
        Assert.True(median > 0 && median <= timing.GetProperty("p99_ms").GetDouble(), timing.ToString());
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Root(), "launch", "gpu-check.sh"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
        }
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    private static string Model() => Path.Combine(Root(), "models", "mtan-mobilenetv2-nyuv2.onnx");

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
