using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>
/// Promise: the package for robot programs is complete, and the example in its README does what it says: compiled in a project of its own
/// against the package, run against a real broker and node.
/// </summary>
public sealed partial class PackageTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception-package").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_example_of_the_package_runs_against_a_node()
    {
        string project = Path.Combine(Root(), "src/RoboPerception.Messaging");
        Dotnet(Root(), "pack", project, "-c", "Release", "--no-build", "-nologo", "-v", "quiet", "-o", Path.Combine(folder, "feed"));
        string package = Assert.Single(Directory.GetFiles(Path.Combine(folder, "feed"), "*.nupkg"));
        using (System.IO.Compression.ZipArchive content = System.IO.Compression.ZipFile.OpenRead(package))
        {
            foreach (string part in new[] { "README.md", "lib/net10.0/RoboPerception.Messaging.dll", "lib/net10.0/RoboPerception.Messaging.xml", "lib/net10.0/RoboPerception.Core.dll", "lib/net10.0/RoboPerception.Core.xml" })
            {
                Assert.True(content.GetEntry(part) is not null, $"the package lacks {part}");
            }
        }

        // What lies in the machine's package cache is used; what this test adds goes into its own folder.
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        string program = Directory.CreateDirectory(Path.Combine(folder, "planner")).FullName;
        File.WriteAllText(Path.Combine(program, "Program.cs"), Example(File.ReadAllText(Path.Combine(project, "README.md"))));
        File.WriteAllText(Path.Combine(program, "planner.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>{folder}/packages</RestorePackagesPath>
                <RestoreFallbackFolders>{cache}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{folder}/feed</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RoboPerception.Messaging" Version="{PackageVersion().Match(package).Groups[1].Value}" />
              </ItemGroup>
            </Project>
            """);
        Dotnet(program, "build", "-c", "Release", "-nologo", "-v", "quiet");

        using NodeProcess node = NodeProcess.Start("run", "test://", "--node", "front", "--providers", "cpu");
        string output = Run(program, Path.Combine(program, "bin/Release/net10.0/planner"), $"mqtt://127.0.0.1:{node.WaitForOwnBroker()}", "front");
        Assert.Equal(5, FrameLine().Count(output));
        Assert.Contains("never arrived", output, StringComparison.Ordinal);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));

    private static string Example(string readme) => CodeBlock().Match(readme).Groups[1].Value;

    private static void Dotnet(string folder, params string[] arguments) => Run(folder, "dotnet", arguments);

    private static string Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What the test run tells its own MSBuild is no business of this one.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
        }
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output.Result}\n{errors.Result}");
        return output.Result;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"RoboPerception\.Messaging\.([0-9].*)\.nupkg$")]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"frame \d+, \d+x\d+, \d+ ms old: \S+ m ahead")]
    private static partial Regex FrameLine();
}
