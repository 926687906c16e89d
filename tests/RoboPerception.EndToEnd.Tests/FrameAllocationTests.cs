using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Alone, because collections that other tests cause would count.</summary>
[CollectionDefinition(nameof(FrameAllocationTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Promise: after warm-up a frame costs no buffer.</summary>
[Collection(nameof(FrameAllocationTests))]
public sealed class FrameAllocationTests : IDisposable
{
    private const int BytesPerFrame = 512;
    private const string Calibration = """
        image_width: 128
        image_height: 96
        camera_name: test
        camera_matrix: {rows: 3, cols: 3, data: [100.0, 0.0, 63.5, 0.0, 100.0, 47.5, 0.0, 0.0, 1.0]}
        distortion_model: plumb_bob
        distortion_coefficients: {rows: 1, cols: 5, data: [0.0, 0.0, 0.0, 0.0, 0.0]}
        rectification_matrix: {rows: 3, cols: 3, data: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]}
        projection_matrix: {rows: 3, cols: 4, data: [100.0, 0.0, 63.5, 0.0, 0.0, 100.0, 47.5, 0.0, 0.0, 0.0, 1.0, 0.0]}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("png", "png", false)]
    [InlineData("fast", "rvl", false)]
    [InlineData("fast", "png", true)]
    public async Task After_warm_up_a_frame_costs_its_threads_at_most_512_bytes_and_no_collection_beyond_generation_0(string normals, string depth, bool extras)
    {
        NodeSettings settings = new SettingsReader().AddSources([Recording.Write(folder.Path, 20, 128, 96)])
            .Add("cameras.0.pace", "fast", "test").Add("cameras.0.loop", "true", "test").Add("node.id", "inside", "test").Add("model.providers", "cpu", "test").Add("outputs.overlay", "0", "test")
            .Add("outputs.normals", normals, "test").Add("outputs.depth", depth, "test").Build();
        if (extras)
        {
            // Images are for people, a few a second: they are outside the promise.
            settings.Cameras[0].Calibration = folder.Write("camera.yaml", System.Text.Encoding.ASCII.GetBytes(Calibration));
            (settings.Cameras[0].Height, settings.Cameras[0].Tilt) = (1.2, null);
            FrameOutputSettings outputs = settings.FrameOutputs;
            (outputs.Scan, outputs.Nearest, outputs.Points) = (true, true, 500);
            outputs.Bundle = [OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals];
            outputs.Ros2 = [.. Ros2Topics.All.Where(topic => topic != Ros2Topic.Image)];
        }
        settings.ModelFile = folder.Write("model.onnx", new TestModel { Width = 96, Height = 64 }.ToBytes());
        await using var host = new NodeApplication(new NodeRequest(settings, true, 1_000_000, false, null), new NodeLog { IsQuiet = true });
        await host.StartAsync(CancellationToken.None);
        PipelineStatistics statistics = host.Cameras[0].Statistics;
        using var stop = new CancellationTokenSource();
        Task run = host.RunAsync(stop.Token);
        await UntilAsync(() => statistics.Published >= 100);
        // Frames alone would not fill generation 0 in that time; what else lives in this process (its tests' runner, a server that ended) now and then makes one
        // collection more. A frame path that kept what it allocates would collect in every window.
        int collections = 1;
        for (int window = 0; window < 3 && collections > 0; window++)
        {
            GC.Collect(); // what other tests of this process left behind
            collections = GC.CollectionCount(1);
            long before = statistics.AllocatedBytes;
            long from = statistics.Published;
            await UntilAsync(() => statistics.Published >= from + 350);
            long bytes = statistics.AllocatedBytes - before;
            long frames = statistics.Published - from;
            collections = GC.CollectionCount(1) - collections;
            // Inference and publishing together: what OpenCvSharp's wrappers cost. The threads that send have a test of their own.
            Assert.True(bytes <= BytesPerFrame * frames, $"{bytes} bytes in {frames} frames");
        }
        await stop.CancelAsync();
        await run;
        Assert.Equal(0, collections);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "did not happen within a minute");
            await Task.Delay(20);
        }
    }
}
