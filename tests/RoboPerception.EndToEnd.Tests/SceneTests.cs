using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: on a rendered room the node can say how right it is.</summary>
public sealed class SceneTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public SceneTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_scene_is_replayed_and_scored_the_same_every_time()
    {
        string first = Score("scene://room?seed=7&fps=5&size=64x48&frames=4");
        Assert.Contains("over 4 frames", first, StringComparison.Ordinal);
        Assert.Contains("mIoU", first, StringComparison.Ordinal);
        Assert.Contains("mean angle", first, StringComparison.Ordinal);
        Assert.Equal(first, Score("scene://room?seed=7&fps=5&size=64x48&frames=4"));
        Assert.NotEqual(first, Score("scene://room?seed=8&fps=5&size=64x48&frames=4"));
    }

    [Fact]
    public void A_source_without_ground_truth_cannot_be_scored()
    {
        using NodeProcess node = NodeProcess.Start("replay", Recording.Write(folder.Path, 2), "--model", model, "--providers", "cpu", "--score");
        Assert.Equal((int)ExitCode.Usage, node.WaitForExit());
        Assert.Contains("--score needs a source whose labels are known", node.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_scene_address_is_named()
    {
        using NodeProcess node = NodeProcess.Start("replay", "scene://room?sead=7", "--model", model, "--providers", "cpu");
        Assert.Equal((int)ExitCode.Usage, node.WaitForExit());
        Assert.Contains("sead", node.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_finds_what_the_node_needs()
    {
        using NodeProcess doctor = NodeProcess.Start("doctor");
        Assert.Equal(0, doctor.WaitForExit());
        foreach (string part in new[] { "OpenCV", "MQTT client", "ONNX Runtime", "provider tensorrt", "provider cpu", "own broker", "cameras" })
        {
            Assert.Contains(part, doctor.Output, StringComparison.Ordinal);
        }
    }

    private string Score(string source)
    {
        using NodeProcess node = NodeProcess.Start("replay", source, "--model", model, "--providers", "cpu", "--score");
        int code = node.WaitForExit();
        Assert.True(code == 0, node.Errors);
        return node.Output;
    }
}
