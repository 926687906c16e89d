using System.Runtime.InteropServices;
using System.Text;

namespace RoboPerception.Training.Native;

/// <summary>Begins the program anew with one more environment variable: what a library reads once, at its first use, can be changed in no other way.</summary>
internal static partial class Restart
{
    /// <summary>Replaces this process by itself; comes back only where that is not possible.</summary>
    /// <param name="variable">Name in the environment.</param>
    /// <param name="value">Its value.</param>
    public static unsafe void With(string variable, string value)
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessPath is not { } program || SetEnvironment(variable, value, 1) != 0)
        {
            return;
        }

        Console.Out.Flush();
        var words = File.ReadAllBytes("/proc/self/cmdline");
        fixed (byte* first = words, path = Encoding.UTF8.GetBytes(program + '\0'))
        {
            // The words stand one behind the other, each with its closing zero.
            var arguments = new List<nint>();
            for (var i = 0; i < words.Length; i += words.AsSpan(i).IndexOf((byte)0) + 1)
            {
                arguments.Add((nint)(first + i));
            }

            arguments.Add(0);
            fixed (nint* pointers = CollectionsMarshal.AsSpan(arguments))
            {
                _ = Execute(path, pointers);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv")]
    private static unsafe partial int Execute(byte* path, nint* arguments);
}
