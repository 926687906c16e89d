using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Benchmarks.Faults;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: recovery, in short; <c>launch/bench.sh faults</c> does the same a hundred times and with the clock in its hand.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public FaultTests()
    {
        model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());
        FaultFigures.RecoveryLimitSeconds = 60;
        FaultFigures.StaleAge = TimeSpan.FromSeconds(2);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_broker_that_is_killed_costs_the_frames_that_are_counted_and_no_retained_topic()
    {
        (object report, bool isGood) = await BrokerFault.RunAsync(model, 3);
        JsonElement figures = JsonSerializer.SerializeToElement(report);
        Assert.True(isGood, figures.ToString());
        Assert.Equal((3, 0, 0), (Number(figures, "Repetitions"), Number(figures, "StaleFrames"), Number(figures, "RetainedTopicsLost")));
        // Those that were on their way in the socket when the broker died are nobody's to count; of a broker that is back at once they are all.
        int counted = figures.GetProperty("DroppedAsTheNodeCounts").TryGetProperty("disconnected", out JsonElement disconnected) ? disconnected.GetInt32() : 0;
        Assert.InRange(counted, 0, Number(figures, "FramesLost"));
    }

    [Fact]
    public async Task A_camera_that_is_killed_is_read_again()
    {
        (object report, bool isGood) = await SourceFault.RunAsync(model, 2);
        JsonElement figures = JsonSerializer.SerializeToElement(report);
        Assert.True(isGood, figures.ToString());
        Assert.Equal((2, 0, 0), (Number(figures, "Repetitions"), Number(figures, "StaleFrames"), Number(figures, "Zombies")));
    }

    [Fact]
    public async Task A_network_that_loses_everything_for_a_while_leaves_nothing_stale_behind()
    {
        string script = $"mount -t tmpfs tmpfs /run && ip link set lo up && exec dotnet exec '{typeof(FaultTests).Assembly.Location}' network-cut '{model}' 4";
        using Process child = Process.Start(new ProcessStartInfo("unshare", [.. AsRoot, "--net", "--mount", "sh", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 0, output + await errors);
        JsonElement figures = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, 0, 0), (Number(figures, "Repetitions"), Number(figures, "StaleFrames"), Number(figures, "RetainedTopicsLost")));
        Assert.InRange(Number(figures, "FramesLost"), 1, int.MaxValue);
    }

    [Fact]
    public async Task Handles_and_threads_do_not_grow()
    {
        (object report, bool isGood) = await SoakRun.RunAsync(model, 0.12, TimeSpan.FromMilliseconds(200));
        Assert.True(isGood, JsonSerializer.Serialize(report));
    }

    [Fact]
    public async Task A_full_disk_is_named_and_the_old_contact_sheet_stays_whole()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "roboperception");
        string disk = Path.Combine(folder.Path, "disk");
        Directory.CreateDirectory(disk);
        string script = $"""
            mount -t tmpfs -o size=64k tmpfs '{disk}' || exit 90
            head -c 60000 /dev/urandom > '{disk}/sheet.png'; cp '{disk}/sheet.png' '{folder.Path}/old.png'
            '{program}' replay 'test://?size=640x480&fps=30' --frames 8 --model '{model}' --providers cpu --contact-sheet '{disk}/sheet.png'
            code=$?
            cmp '{disk}/sheet.png' '{folder.Path}/old.png' || exit 91
            [ "$(ls '{disk}')" = sheet.png ] || exit 92
            exit $code
            """;
        File.WriteAllBytes(Path.Combine(folder.Path, "model.onnx"), new TestModel { Width = 640, Height = 480 }.ToBytes());
        using Process child = Process.Start(new ProcessStartInfo("unshare", [.. AsRoot, "--mount", "sh", "-c", script]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        string errors = await child.StandardError.ReadToEndAsync();
        await output;
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == (int)ExitCode.Usage, $"{child.ExitCode}: {errors}");
        Assert.Contains($"'{disk}/sheet.png' cannot be written", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    // Networks and file systems of one's own need root; who is not is root of a user namespace, where the system lets him be (Ubuntu 24.04:
    // sysctl kernel.apparmor_restrict_unprivileged_userns=0). Nothing of this machine is touched.
    private static string[] AsRoot => Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];

    private static int Number(JsonElement figures, string name) => figures.GetProperty(name).GetInt32();
}
