using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>The frame path for a GPU, rehearsed in the processor's memory: buffers of the device at fixed addresses, a copy before and after every run.</summary>
public sealed class DevicePathTests
{
    private static readonly InferenceSettings Settings = new() { Threads = 1 };

    [Fact]
    public void Predictions_over_device_buffers_are_those_over_host_buffers()
    {
        ModelFile model = new TestModel().Load();
        FrameBuffers host = new(model.Description, 2), device = new(model.Description, 2);
        using PerceptionSession direct = PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, host);
        using PerceptionSession copied = OpenCopied(model, device);
        for (int frame = 0; frame < 6; frame++)
        {
            new Random(frame).NextBytes(host.Input);
            host.Input.CopyTo(device.Input);
            direct.Run(frame % 2);
            copied.Run(frame % 2);
            Assert.Equal(host.Outputs[frame % 2].Segmentation.ToArray(), device.Outputs[frame % 2].Segmentation.ToArray());
            Assert.Equal(host.Outputs[frame % 2].Depth.ToArray(), device.Outputs[frame % 2].Depth.ToArray());
            Assert.Equal(host.Outputs[frame % 2].Normals.ToArray(), device.Outputs[frame % 2].Normals.ToArray());
        }
    }

    [Fact]
    public void A_set_keeps_its_predictions_while_another_is_filled()
    {
        ModelFile model = new TestModel().Load();
        var buffers = new FrameBuffers(model.Description, 2);
        using PerceptionSession session = OpenCopied(model, buffers);
        buffers.Input.Fill(30);
        session.Run(0);
        float first = buffers.Outputs[0].Depth[0];
        buffers.Input.Fill(90);
        session.Run(1);
        Assert.Equal(first, buffers.Outputs[0].Depth[0]);
        Assert.Equal(3 * first, buffers.Outputs[1].Depth[0], 5);
    }

    [Fact]
    public void A_run_over_device_buffers_allocates_no_managed_memory()
    {
        ModelFile model = new TestModel().Load();
        var buffers = new FrameBuffers(model.Description, 1);
        using PerceptionSession session = OpenCopied(model, buffers);
        session.Run(0);
        session.Run(0);
        Assert.Equal(0, Allocation.OfARound(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                session.Run(0);
            }
        }));
    }

    [Fact]
    public void Other_buffers_can_be_bound_and_a_set_that_is_not_there_is_refused()
    {
        ModelFile model = new TestModel().Load();
        using PerceptionSession session = OpenCopied(model, new FrameBuffers(model.Description, 3));
        var other = new FrameBuffers(model.Description, 1);
        session.Bind(other);
        other.Input.Fill(60);
        session.Run(0);
        Assert.Equal(0.6, other.Outputs[0].Depth[0], 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(1));
    }

    [Fact]
    public void A_CUDA_graph_is_recorded_unless_it_is_switched_off()
    {
        Assert.DoesNotContain("enable_cuda_graph", SessionOptionsFactory.CudaOptions(Settings with { CudaGraph = false }).Keys);
        Assert.Equal("1", SessionOptionsFactory.CudaOptions(Settings)["enable_cuda_graph"]);
    }

    private static PerceptionSession OpenCopied(ModelFile model, FrameBuffers buffers) =>
        PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, buffers, ExecutionProvider.Cuda, new CpuTransfer());
}
