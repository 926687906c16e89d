using System.Text.Json.Nodes;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.GpuCheck;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: gpu-check says that a model passed only if it ran as it was asked to run.</summary>
public sealed class GpuCheckPartTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_graph_that_cannot_be_recorded_is_no_pass_though_the_node_runs_without(bool canBeRecorded)
    {
        var options = new GpuCheckOptions(ExecutionProvider.Cuda, [], null, Seconds: 0.01, DeviceId: 0);
        JsonObject report = CheckedModel.Check(DefaultModel.Find(), options, options.Settings with { CudaGraph = true }, (model, provider, settings, buffers) =>
            settings.CudaGraph && !canBeRecorded ? throw new EntryPointNotFoundException("a node is not assigned to CUDA") : PerceptionSession.Open(model, ExecutionProvider.Cpu, settings, buffers, provider));
        Assert.Equal(canBeRecorded, report["passed"]!.GetValue<bool>());
        Assert.Equal(canBeRecorded ? null : "its kernels are launched one by one, because recorded as a CUDA graph they do not run: a node is not assigned to CUDA", report["reason"]?.GetValue<string>());

        // Its time is told all the same: it is what the node would reach.
        Assert.True(report["run"]!["count"]!.GetValue<long>() > 0);
    }
}
