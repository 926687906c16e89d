using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>A run gives the network's predictions in buffers that stay, allocates nothing, and cannot crash the process.</summary>
public sealed class SessionTests
{
    private static readonly InferenceSettings Settings = new() { Threads = 1 };

    [Fact]
    public void Predictions_are_those_computed_by_hand()
    {
        ModelFile model = new TestModel().Load();
        var buffers = new FrameBuffers(model.Description, 1);
        using PerceptionSession session = PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, buffers);
        Fill(buffers.Input, 3, 60, 20);
        // One pixel differs, so that a transposed or shifted prediction shows: column 5 of row 2.
        int pixel = 2 * 16 + 5;
        (buffers.Input[pixel * 3], buffers.Input[pixel * 3 + 1], buffers.Input[pixel * 3 + 2]) = (0, 30, 40);

        session.Run(0);

        OutputBuffers predictions = buffers.Outputs[0];
        Assert.Equal((128, 128, 384), (predictions.Segmentation.Length, predictions.Depth.Length, predictions.Normals.Length));
        Assert.All(Enumerable.Range(0, 128), i => Assert.Equal(i == pixel ? 2 : 1, buffers.Outputs[0].Segmentation[i]));
        Assert.Equal(0.83 / 3, predictions.Depth[0], 5);
        Assert.Equal(0.70 / 3, predictions.Depth[pixel], 5);
        Assert.Equal((0f, -0.6f, -0.8f), (predictions.Normals[pixel], predictions.Normals[128 + pixel], predictions.Normals[256 + pixel]));
    }

    [Fact]
    public void A_run_into_one_set_leaves_the_other_sets_as_they_are()
    {
        ModelFile model = new TestModel().Load();
        var buffers = new FrameBuffers(model.Description, 3);
        using PerceptionSession session = PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, buffers);
        for (byte set = 0; set < 3; set++)
        {
            Fill(buffers.Input, (byte)(30 * (set + 1)), 0, 0);
            session.Run(set);
        }
        for (int set = 0; set < 3; set++)
        {
            Assert.Equal(0.1 * (set + 1), buffers.Outputs[set].Depth[0], 5);
            Assert.Equal(0.1 * (set + 1), buffers.Outputs[set].Depth[127], 5);
        }
    }

    [Fact]
    public void A_run_allocates_no_managed_memory()
    {
        using PerceptionEngine engine = PerceptionEngine.Start(new TestModel().Load(), Settings with { Providers = [ExecutionProvider.Cpu] });
        engine.DepthFactor = 1.5f;
        engine.Run(0);
        engine.Run(1);
        Assert.Equal(0, Allocation.OfARound(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                engine.Run(i & 1);
            }
        }));
    }

    [Fact]
    public void Buffers_begin_on_a_cache_line()
    {
        var buffers = new FrameBuffers(new TestModel { Width = 17, Height = 9 }.Description, 2);
        Assert.Equal(0, Address(buffers.Input) % 64);
        Assert.All(buffers.Outputs, set => Assert.Equal(0, Address<byte>(set.Segmentation) % 64));
        Assert.All(buffers.Outputs, set => Assert.Equal(0, Address<float>(set.Depth) % 64));
    }

    [Fact]
    public void Use_after_the_end_is_an_exception_and_spans_stay_readable()
    {
        ModelFile model = new TestModel().Load();
        var buffers = new FrameBuffers(model.Description, 1);
        PerceptionSession session = PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, buffers);
        Fill(buffers.Input, 30, 0, 0);
        session.Run(0);
        ReadOnlySpan<float> depth = buffers.Outputs[0].Depth;
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Run(0));
        Assert.Throws<ObjectDisposedException>(() => session.Bind(buffers));
        Assert.Equal(0.1f, depth[127], 5);
    }

    [Fact]
    public void Ending_a_session_while_another_thread_runs_it_ends_that_thread_with_an_exception()
    {
        ModelFile model = new TestModel { Width = 256, Height = 256 }.Load();
        var buffers = new FrameBuffers(model.Description, 1);
        PerceptionSession session = PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, buffers);
        using var started = new ManualResetEventSlim();
        Exception? seen = null;
        var runner = new Thread(() =>
        {
            try
            {
                while (true)
                {
                    session.Run(0);
                    started.Set();
                }
            }
            catch (ObjectDisposedException e)
            {
                seen = e;
            }
        });
        runner.Start();
        started.Wait();
        session.Dispose();
        runner.Join();
        Assert.NotNull(seen);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_set_that_does_not_exist_is_refused(int set)
    {
        ModelFile model = new TestModel().Load();
        using PerceptionSession session = PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, new FrameBuffers(model.Description, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(set));
    }

    [Fact]
    public void A_model_with_one_task_has_empty_buffers_for_the_others()
    {
        ModelDescription description = new TestModel().Description;
        var buffers = new FrameBuffers(description with { Outputs = [description.Outputs[1]] }, 1);
        Assert.Equal((0, 128, 0), (buffers.Outputs[0].Segmentation.Length, buffers.Outputs[0].Depth.Length, buffers.Outputs[0].Normals.Length));
    }

    private static void Fill(Span<byte> image, byte blue, byte green, byte red)
    {
        for (int i = 0; i < image.Length; i += 3)
        {
            (image[i], image[i + 1], image[i + 2]) = (blue, green, red);
        }
    }

    private static unsafe long Address<T>(ReadOnlySpan<T> span)
        where T : unmanaged
    {
        fixed (T* pointer = span)
        {
            return (long)pointer;
        }
    }

    private static long Address(Span<byte> span) => Address((ReadOnlySpan<byte>)span);
}
