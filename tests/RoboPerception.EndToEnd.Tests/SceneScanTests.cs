using System.Numerics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Messaging;
using RoboPerception.Node;
using RoboPerception.Scenes;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>
/// Promise: the scan of the shipped network is as right as its depth. The truth is the scan of the room's exact depth on its exact ground, whose own
/// ranges the library's tests check ray by ray to within 2 cm.
/// </summary>
public sealed class SceneScanTests
{
    private const int Frames = 4;

    [Fact]
    public async Task The_median_range_error_over_rooms_is_within_the_error_of_the_depth()
    {
        var errors = new Errors();
        foreach (int seed in new[] { 3, 11, 25, 40 })
        {
            await CompareAsync(seed, errors);
        }
        errors.AssertRangesAreAsRightAsDepth(atLeast: 600);
    }

    [Fact]
    public async Task Where_no_floor_is_in_view_the_mount_can_be_told()
    {
        var errors = new Errors();
        await CompareAsync(7, errors, "--height", "1.55", "--tilt", "11");
        errors.AssertRangesAreAsRightAsDepth(atLeast: 150);
    }

    [Fact]
    public async Task Where_no_floor_is_in_view_and_no_one_told_the_mount_nothing_is_claimed()
    {
        string model = Path.Combine(DefaultModel.Folder!, "mtan-mobilenetv2-scenes.onnx");
        IReadOnlyList<Collector.Received> received = await Replayed.RunAsync(model, "scene://room?seed=7&fps=2&size=384x288&frames=3", "--scan", "--nearest");
        foreach (byte[] message in received.Of(Replayed.Topics.Scan("cam0")))
        {
            using JsonDocument scan = JsonDocument.Parse(message);
            Assert.Equal(0, scan.RootElement.GetProperty("ground").GetProperty("confidence").GetDouble());
            Assert.All(scan.RootElement.GetProperty("ranges").EnumerateArray(), range => Assert.Equal("NaN", range.GetString()));
        }
        Assert.All(received.Of(Replayed.Topics.Nearest("cam0")), message => Assert.Contains("\"nearest\":[]", System.Text.Encoding.UTF8.GetString(message), StringComparison.Ordinal));
        Assert.Equal(3, received.Of(Replayed.Topics.Scan("cam0")).Count);
    }

    private static async Task CompareAsync(int seed, Errors errors, params string[] mount)
    {
        string model = Path.Combine(DefaultModel.Folder!, "mtan-mobilenetv2-scenes.onnx");
        string source = $"scene://room?seed={seed}&fps=2&size=384x288&frames={Frames}";
        IReadOnlyList<Collector.Received> received = await Replayed.RunAsync(model, source, ["--scan", "--depth", "raw", .. mount]);
        List<byte[]> scans = received.Of(Replayed.Topics.Scan("cam0")), depths = received.Of(Replayed.Topics.Output("cam0", OutputKind.Depth));
        Assert.Equal((Frames, Frames), (scans.Count, depths.Count));
        DecodedFrame grid = PayloadDecoder.Decode(depths[0]);
        using var scene = new SceneCamera(SceneUri.Parse(source) with { Width = grid.Width, Height = grid.Height, IdealSensor = true });
        var truth = new FrameBuffers(grid.Width, grid.Height);
        var detector = new ObstacleDetector(scene.Intrinsics, ClassMap.Nyu13);
        for (int frame = 0; frame < Frames; frame++)
        {
            CameraPose pose = scene.Render(frame, truth);
            var ground = new GroundPlane(pose.Orientation.ToInner(Vector3.UnitZ), pose.Position.Z, 1);
            detector.Detect(new DenseFrame(scene.Intrinsics, truth.Depth, truth.Segmentation, truth.Normals), ground);
            float[] metres = PayloadDecoder.Decode(depths[frame]).Depth!;
            errors.Depth.AddRange(metres.Zip(truth.Depth).Where(m => m.Second > 0 && float.IsFinite(m.First)).Select(m => MathF.Abs(m.First - m.Second)));
            using JsonDocument scan = JsonDocument.Parse(scans[frame]);
            if (scan.RootElement.GetProperty("ground").GetProperty("confidence").GetSingle() == 0)
            {
                continue; // no floor seen yet: nothing is claimed
            }
            JsonElement ranges = scan.RootElement.GetProperty("ranges");
            for (int beam = 0; beam < detector.Scan.Ranges.Length; beam++)
            {
                if (float.IsFinite(detector.Scan.Ranges[beam]) && ranges[beam].ValueKind == JsonValueKind.Number)
                {
                    errors.Ranges.Add(MathF.Abs(ranges[beam].GetSingle() - detector.Scan.Ranges[beam]));
                }
            }
        }
    }

    private sealed class Errors
    {
        public List<float> Ranges { get; } = [];

        public List<float> Depth { get; } = [];

        public void AssertRangesAreAsRightAsDepth(int atLeast)
        {
            Assert.True(Ranges.Count >= atLeast, $"only {Ranges.Count} beams can be compared");
            Ranges.Sort();
            float median = Ranges[Ranges.Count / 2], depth = Depth.Average();
            Assert.True(median <= depth, $"ranges are off by {median:0.000} m in the median over {Ranges.Count} beams, depth by {depth:0.000} m on average");
        }
    }
}
