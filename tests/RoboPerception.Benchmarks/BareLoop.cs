using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Benchmarks;

/// <summary>The floor: the official API runs the model over bound buffers, nothing else happens. Same library, threads and form of the model as the node's.</summary>
internal sealed class BareLoop : IDisposable
{
    private readonly SessionOptions options = new() { GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
    private readonly InferenceSession session;
    private readonly OrtIoBinding binding;
    private readonly RunOptions runOptions = new();
    private readonly List<OrtValue> values = [];

    public BareLoop(ModelFile file, int threads)
    {
        ModelDescription model = file.Description;
        options.IntraOpNumThreads = threads;
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session = new InferenceSession(file.ContentFor(ExecutionProvider.Cpu, new InferenceSettings()), options);
        binding = session.CreateIoBinding();
        int h = model.Input.Height, w = model.Input.Width;
        var image = new byte[3 * h * w];
        GoldenInput.Fill(image, w, h);
        binding.BindInput(model.Input.Name, Keep(OrtValue.CreateTensorValueFromMemory(image, [1, h, w, 3])));
        foreach (ModelOutput output in model.Outputs)
        {
            binding.BindOutput(output.Name, Keep(output.Kind switch
            {
                OutputKind.Segmentation => OrtValue.CreateTensorValueFromMemory(new byte[h * w], [1, h, w]),
                OutputKind.Depth => OrtValue.CreateTensorValueFromMemory(new float[h * w], [1, h, w]),
                _ => OrtValue.CreateTensorValueFromMemory(new float[3 * h * w], [1, 3, h, w]),
            }));
        }
        Run(3);
    }

    /// <summary>Runs so many times.</summary>
    public BareFigures Measure(int times)
    {
        long begun = Stopwatch.GetTimestamp();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Run(times);
        return new BareFigures(Stopwatch.GetElapsedTime(begun).TotalMilliseconds / times, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / times);
    }

    public void Dispose()
    {
        runOptions.Dispose();
        binding.Dispose();
        values.ForEach(v => v.Dispose());
        session.Dispose();
        options.Dispose();
    }

    private void Run(int times)
    {
        for (int i = 0; i < times; i++)
        {
            session.RunWithBinding(runOptions, binding);
        }
    }

    private OrtValue Keep(OrtValue value)
    {
        values.Add(value);
        return value;
    }
}

/// <summary>What one Run takes.</summary>
/// <param name="MsPerRun">Wall time, milliseconds.</param>
/// <param name="CpuMsPerRun">CPU time of all cores, milliseconds.</param>
internal sealed record BareFigures(double MsPerRun, double CpuMsPerRun);
