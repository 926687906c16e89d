using System.Diagnostics;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;

namespace RoboPerception.Training.Export.Quantisation;

/// <summary>How much faster one file is than another on this CPU, the two taking turns.</summary>
/// <param name="Time">Seconds of the first over seconds of the second.</param>
/// <param name="Work">The same of processor time, which other programs on the machine move less.</param>
internal sealed record SpeedRatio(double Time, double Work)
{
    private const int Rounds = 8, Runs = 3;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Speed against float32 on this CPU, taking turns: {Time:F2} times (processor time: {Work:F2} times)");

    /// <summary>Runs both on an image, in the form that the node runs on a CPU.</summary>
    public static SpeedRatio Measure(byte[] first, byte[] second, byte[] image, ModelDescription description)
    {
        using var process = Process.GetCurrentProcess();
        using var a = new GraphRunner(PadPass.FoldBack(first), description.Input.Height, description.Input.Width);
        using var b = new GraphRunner(PadPass.FoldBack(second), description.Input.Height, description.Input.Width);
        a.Run(image);
        b.Run(image);
        TimeSpan timeA = default, timeB = default, workA = default, workB = default;
        for (var round = 0; round < Rounds; round++)
        {
            Turn(a, ref timeA, ref workA);
            Turn(b, ref timeB, ref workB);
        }

        return new SpeedRatio(timeA / timeB, workA / workB);

        void Turn(GraphRunner runner, ref TimeSpan time, ref TimeSpan work)
        {
            process.Refresh();
            var (start, used) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
            for (var i = 0; i < Runs; i++)
            {
                runner.Run(image);
            }

            process.Refresh();
            time += Stopwatch.GetElapsedTime(start);
            work += process.TotalProcessorTime - used;
        }
    }
}
