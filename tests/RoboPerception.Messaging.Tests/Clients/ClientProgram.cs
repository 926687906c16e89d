using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RoboPerception.Messaging.Tests;

/// <summary>Programs in other languages that use <c>src/clients</c>, each as its users would run it: installed, resolved or compiled.</summary>
internal sealed class ClientProgram : IDisposable
{
    private static readonly string Root = FindRoot();
    private static readonly Lazy<string> Installed = new(Install);

    private readonly string folder = Directory.CreateTempSubdirectory("rp-client-").FullName;
    private readonly string paths;

    /// <summary>Prepares a folder in which programs of the language find the client.</summary>
    /// <param name="language">python (with the paho-mqtt of the distribution), python-paho2, javascript or cpp.</param>
    public ClientProgram(string language)
    {
        bool isPaho2 = language == "python-paho2";
        Language = isPaho2 ? "python" : language;
        paths = Language != "python" ? "" : isPaho2 ? $"{Paho2}:{Installed.Value}" : Installed.Value;
        switch (Language)
        {
            case "python" when isPaho2:
                Assert.True(Directory.Exists($"{Paho2}/paho"), $"paho-mqtt 2 is missing: run launch/setup.sh all, or pip install --target {Paho2} 'paho-mqtt>=2,<3'");
                Assert.StartsWith("2.", Finish(PythonProcess("-c", "import paho.mqtt; print(paho.mqtt.__version__)")), StringComparison.Ordinal);
                break;
            case "javascript":
                Directory.CreateDirectory($"{folder}/node_modules");
                Directory.CreateSymbolicLink($"{folder}/node_modules/roboperception", Source("src/clients/javascript"));
                foreach (string package in (string[])["mqtt", "typescript"])
                {
                    string path = Source($"tests/Independent/node_modules/{package}");
                    Assert.True(Directory.Exists(path), $"the package {package} is missing: run launch/setup.sh all");
                    Directory.CreateSymbolicLink($"{folder}/node_modules/{package}", path);
                }
                break;
        }
    }

    /// <summary>Debian's, for which setup.sh installs numpy and paho-mqtt; another one may come first in PATH.</summary>
    private static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>Where setup.sh puts the paho-mqtt that the distribution does not have yet.</summary>
    private static string Paho2 => Source("tests/RoboPerception.Messaging.Tests/Clients/paho-2");

    /// <summary>python, javascript or cpp: the folder of the client.</summary>
    public string Language { get; }

    /// <summary>A path below the repository.</summary>
    public static string Source(string path) => Path.Combine(Root, path);

    /// <summary>A started program, both streams open.</summary>
    /// <param name="source">Its source below the repository, without the language's extension.</param>
    /// <param name="arguments">Its arguments.</param>
    public Process Start(string source, params string[] arguments) =>
        Language == "python" ? PythonProcess([Source($"{source}.py"), .. arguments])
        : Started(Language == "javascript" ? new("node", [Copied($"{source}.mjs"), .. arguments]) : new(Compiled($"{source}.cpp"), arguments));

    /// <summary>Runs a program to its end, which must be a good one, and gives what it printed.</summary>
    public string Run(string source, params string[] arguments) => Finish(Start(source, arguments));

    /// <summary>The folder in which a page finds the client and mqtt.js, with a copy of it.</summary>
    public string WithPage(string source)
    {
        File.Copy(Source(source), Path.Combine(folder, Path.GetFileName(source)));
        return folder;
    }

    /// <summary>Runs TypeScript's compiler over a file; nothing is written.</summary>
    public void CheckTypes(string source) =>
        Require("node", $"{folder}/node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext", "--skipLibCheck", "--lib", "es2022,dom", Copied(source));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static string Finish(Process process)
    {
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"exit {process.ExitCode}: {errors.Result}{output}");
            return output;
        }
    }

    /// <summary>The folder into which pip installed the Python client, once for all tests of this run.</summary>
    private static string Install()
    {
        string installed = Directory.CreateTempSubdirectory("rp-client-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(installed, recursive: true);
        // From a copy: the build leaves files in the folder that it installs from.
        Require("cp", "-r", Source("src/clients/python"), $"{installed}/python");
        Require(Python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--root-user-action", "ignore", "--target", $"{installed}/site", $"{installed}/python");
        return $"{installed}/site";
    }

    private static string FindRoot([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));

    private static void Require(string program, params string[] arguments) =>
        Finish(Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!);

    private static Process Started(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return Process.Start(start)!;
    }

    private Process PythonProcess(params string[] arguments) =>
        Started(new(Python, arguments) { Environment = { ["PYTHONPATH"] = paths, ["PYTHONDONTWRITEBYTECODE"] = "1", ["PYTHONUNBUFFERED"] = "1" } });

    /// <summary>Node looks for packages beside the file.</summary>
    private string Copied(string source)
    {
        string copy = Path.Combine(folder, source.EndsWith(".ts", StringComparison.Ordinal) ? "typed.mts" : Path.GetFileName(source));
        File.Copy(Source(source), copy, overwrite: true);
        // A program of several modules imports those beside it.
        foreach (string module in Directory.GetFiles(Path.GetDirectoryName(Source(source))!, "*.mjs"))
        {
            File.Copy(module, Path.Combine(folder, Path.GetFileName(module)), overwrite: true);
        }
        return copy;
    }

    private string Compiled(string source)
    {
        string program = Path.Combine(folder, Path.GetFileNameWithoutExtension(source));
        // An optimiser warns of more, and costs most of the time: one program, which reads every format, is enough for that.
        string optimised = source == "tests/vectors/check.cpp" ? "-O1" : "-O0";
        Require("g++", "-std=c++17", optimised, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I", Source("src/clients/cpp"), Source(source), "-lmosquitto", "-o", program);
        return program;
    }
}
