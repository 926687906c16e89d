using System.Reflection;
using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Training.Native;

/// <summary>
/// The libtorch of this process: the one the build placed beside the program, or the one in the folder that the user names in
/// <see cref="PathVariable"/> (the <c>lib</c> folder of a Python torch, one's own build). Its libraries are loaded by their full paths before TorchSharp
/// loads its own part, which then finds them by their names: no LD_LIBRARY_PATH is needed.
/// </summary>
internal static class TorchLibrary
{
    /// <summary>Environment variable with the folder of a libtorch.</summary>
    public const string PathVariable = "ROBOPERCEPTION_LIBTORCH";

    /// <summary>What the build put beside the program: <c>cpu</c>, <c>cuda</c> or <c>none</c>.</summary>
    public static string Variant { get; } = BuildVariants.Of("Torch", typeof(TorchLibrary).Assembly);

    private const string Main = "libtorch_cpu.so", Bridge = "libLibTorchSharp.so", Cuda = "libtorch_cuda.so";
    private const string Built = "Build with one: launch/setup.sh train, or -p:Torch=cpu or cuda";

    // Order of need; what a libtorch for the CPU does not have is left out.
    private static readonly string[] Parts = ["libc10.so", Main, "libc10_cuda.so", Cuda, "libtorch.so"];
    private static readonly Lock Gate = new();
    private static bool ready;

    /// <summary>The folder that the user named, or null for the libraries beside the program.</summary>
    public static string? NamedFolder => Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Makes the libraries ready; every command that computes calls it first. Further calls do nothing.</summary>
    /// <exception cref="UserErrorException">There is no libtorch, or not one that TorchSharp can use.</exception>
    public static void Use()
    {
        lock (Gate)
        {
            if (ready)
            {
                return;
            }

            if (NamedFolder is { } folder)
            {
                Load(folder);
            }
            else if (Beside(Main) is null)
            {
                throw new UserErrorException(ExitCode.Failed, $"No libtorch ({Main}) is beside this program (it was built with Torch={Variant}). {Built}; or name the folder of a libtorch, such as the 'lib' folder of a Python torch, in {PathVariable}.");
            }

            ready = true;
        }
    }

    /// <summary>The path of a library beside the program, or null.</summary>
    public static string? Beside(string name) => new[] { name, Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native", name), Path.Combine("runtimes", "linux-x64", "native", name) }
        .Select(place => Path.Combine(AppContext.BaseDirectory, place)).FirstOrDefault(File.Exists);

    private static void Load(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Main)))
        {
            throw new UserErrorException(ExitCode.Usage, $"{PathVariable} names '{folder}', which holds no {Main}: give the folder of a libtorch, such as the 'lib' folder of a Python torch, or unset it.");
        }

        folder = Path.GetFullPath(folder);
        foreach (var part in Parts.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            var failure = Open(part);
            if (failure is not null && LoadCompanions(folder))
            {
                failure = Open(part);
            }

            if (failure is not null)
            {
                throw new UserErrorException(ExitCode.Usage, $"{PathVariable} names '{folder}', whose {Path.GetFileName(part)} does not load: {failure}");
            }
        }

        // All symbols now, not at the first call of each: one that is missing then would end the process.
        if (Beside(Bridge) is { } bridge && Open(bridge) is { } missing)
        {
            throw new UserErrorException(ExitCode.Usage, $"{PathVariable} names '{folder}', a libtorch that TorchSharp {TorchSharpVersion} cannot use: {missing}. It needs libtorch 2.10 or one that still has its functions (2.11 has). {Built}.");
        }
    }

    /// <summary>Version of the managed part, e.g. 0.107.0.</summary>
    public static string TorchSharpVersion => typeof(TorchSharp.torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    /// <summary>
    /// Loads what lies beside a Python torch: its CUDA libraries are packages of their own (<c>site-packages/nvidia/*/lib</c>). They need each other, in an
    /// order that no name tells: those that fail are tried again as long as others succeed.
    /// </summary>
    private static bool LoadCompanions(string folder)
    {
        var nvidia = Path.GetFullPath(Path.Combine(folder, "..", "..", "nvidia"));
        List<string> waiting = [.. Directory.EnumerateFiles(folder, "*.so*").Where(file => !Parts.Contains(Path.GetFileName(file)) && !Path.GetFileName(file).StartsWith("libtorch", StringComparison.Ordinal))];
        if (Directory.Exists(nvidia))
        {
            waiting.AddRange(Directory.EnumerateDirectories(nvidia).Select(package => Path.Combine(package, "lib")).Where(Directory.Exists).SelectMany(lib => Directory.EnumerateFiles(lib, "*.so*")));
        }

        var loaded = 0;
        int before;
        do
        {
            before = waiting.Count;
            waiting = [.. waiting.Where(file => Open(file) is not null)];
            loaded += before - waiting.Count;
        }
        while (waiting.Count < before && waiting.Count > 0);
        return loaded > 0;
    }

    /// <summary>Null, or why the loader refused.</summary>
    private static string? Open(string path)
    {
        // RTLD_NOW | RTLD_GLOBAL, which System.Runtime.InteropServices.NativeLibrary does not offer.
        const int now = 2, global = 0x100;
        return Dl.Open(path, now | global) != 0 ? null : Marshal.PtrToStringUTF8(Dl.Error()) ?? "unknown reason";
    }

    private static class Dl
    {
        // There on every glibc; since 2.34 a stub of libc.
        private const string Library = "libdl.so.2";

        [DllImport(Library, EntryPoint = "dlopen", BestFitMapping = false, ThrowOnUnmappableChar = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport(Library, EntryPoint = "dlerror")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nint Error();
    }
}
