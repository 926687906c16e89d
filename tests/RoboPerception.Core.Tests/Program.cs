using System.Runtime.InteropServices;

namespace RoboPerception.Core.Tests;

/// <summary>A program that fails in the way it is asked for.</summary>
internal static partial class Program
{
    private static int Main(string[] arguments) => ProgramGuard.Run("guarded", arguments, Fail);

    private static int Fail(string[] arguments)
    {
        switch (arguments[0])
        {
            case "refusal":
                throw new UserErrorException(ExitCode.NoSource, "'a.mp4' does not exist: name another.");
            case "aggregate":
                Task.WhenAll(Task.Run(() => throw new AggregateException(new InvalidOperationException("two\nlines")))).Wait();
                return 0;
            case "initializer":
                return Broken.Value;
            case "library":
                return NoSuchFunction();
            case "memory":
                return GC.AllocateUninitializedArray<Large>(2_000_000_000).Length; // 8 TB
            case "thread":
                new Thread(() => throw new InvalidOperationException("on a thread of its own")).Start();
                break;
            case "pool":
                ThreadPool.QueueUserWorkItem(_ => throw new UserErrorException(ExitCode.Broker, "the broker refused us: give a password."));
                break;
            case "timer":
                using (var timer = new Timer(_ => throw new IOException("No space left on device"), null, 1, Timeout.Infinite))
                {
                    Thread.Sleep(Timeout.Infinite);
                }
                break;
            case "many":
                for (int i = 0; i < 8; i++)
                {
                    new Thread(() => throw new InvalidOperationException("all at once")).Start();
                }
                break;
            case "unobserved":
                Forget();
                for (int i = 0; i < 20; i++)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
                return 0;
        }
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static void Forget() => Task.Run(() => throw new InvalidOperationException("nobody looks")).ContinueWith(_ => { }, TaskScheduler.Default).Wait();

    [LibraryImport("libOpenCvSharpExtern-of-nobody.so.0")]
    private static partial int NoSuchFunction();

    private struct Large
    {
        public unsafe fixed long Numbers[512];
    }

    private static class Broken
    {
        public static readonly int Value = int.Parse("no number", System.Globalization.CultureInfo.InvariantCulture);
    }
}
