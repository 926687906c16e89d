using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RoboPerception.Core;

/// <summary>
/// What stands around a program so that its user never meets a stack trace: a failure anywhere, on whichever thread, becomes one line on
/// standard error with the remedy and an exit code; <c>--verbose</c> adds the details. What no program can catch stays: a stack that
/// overflows and a crash inside a native library.
/// </summary>
internal static partial class ProgramGuard
{
    /// <summary>The option that asks for details of a failure.</summary>
    public const string VerboseOption = "--verbose";

    private static readonly TimeSpan PatienceWithExit = TimeSpan.FromSeconds(5);

    // What telling a failure may open: standard error, and parts of .NET that were not needed before.
    private const int ReservedHandles = 8;

    private static SafeFileHandle[] reserve = [];
    private static string program = "";
    private static bool isVerbose;
    private static int hasFailed;

    /// <summary>Runs a program.</summary>
    /// <param name="name">Its name, which stands before the line of a failure.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="body">What it does, with its command line; returns the exit code.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string name, string[] arguments, Func<string[], int> body)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(body);
        program = name;
        if (HandleShortage.AtStart() is { } shortage)
        {
            Tell(shortage);
            return (int)ExitCode.Failed;
        }
        isVerbose = arguments.Contains(VerboseOption);
        reserve = [.. Enumerable.Range(0, ReservedHandles).Select(_ => Reserve()).OfType<SafeFileHandle>()];
        AppDomain.CurrentDomain.UnhandledException += (_, failure) => End((Exception)failure.ExceptionObject);

        // Nobody waits for such a task, so nobody is let down either: a client library that loses its connection leaves some. It is told, once.
        TaskScheduler.UnobservedTaskException += (_, failure) =>
        {
            failure.SetObserved();
            if (isVerbose)
            {
                Tell($"a task that nobody waited for failed: {failure.Exception}");
            }
        };
        try
        {
            if (NativeLibraries.FirstDamaged(AppContext.BaseDirectory) is { } damage)
            {
                throw new UserErrorException(ExitCode.Failed, damage);
            }

            return body(arguments);
        }
        catch (Exception e)
        {
            return (int)Report(e);
        }
    }

    /// <summary>Tells a failure on standard error.</summary>
    /// <returns>The exit code that it ends the program with.</returns>
    public static ExitCode Report(Exception failure)
    {
        // A program that has run out of handles needs some to say so.
        SafeFileHandle[] given = Interlocked.Exchange(ref reserve, []);
        foreach (SafeFileHandle handle in given)
        {
            handle.Dispose();
        }
        Exception cause = FailureMessage.CauseOf(failure);
        Tell(HandleShortage.Remedy(given.Length) is { } remedy ? $"{FailureMessage.Of(cause)} {remedy}" : FailureMessage.Of(cause));
        if (isVerbose)
        {
            Tell(failure.ToString());
        }
        return cause is UserErrorException told ? told.ExitCode : cause is OperationCanceledException ? ExitCode.Interrupted : ExitCode.Failed;
    }

    // A failure on a thread of its own: the runtime would print the stack and abort, so the process ends here.
    private static void End(Exception failure)
    {
        if (Interlocked.Exchange(ref hasFailed, 1) != 0)
        {
            // Another thread is about to end the program.
            Thread.Sleep(Timeout.Infinite);
        }
        ExitCode code = Report(failure);

        // Exit runs what was registered for the end (children are stopped there); should that wait for a thread that is gone, it is cut short.
        var impatience = new Thread(() =>
        {
            Thread.Sleep(PatienceWithExit);
            ExitAtOnce((int)code);
        }) { IsBackground = true };
        impatience.Start();
        Environment.Exit((int)code);
    }

    private static SafeFileHandle? Reserve()
    {
        try
        {
            return OperatingSystem.IsWindows() ? null : File.OpenHandle("/dev/null");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Tell(string line)
    {
        try
        {
            Console.Error.WriteLine($"{program}: {line}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // Standard error is closed or full: the exit code is all that can be told.
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitAtOnce(int code);
}
