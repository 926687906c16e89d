using System.CommandLine;
using RoboPerception.Training.Commands;
using RoboPerception.Training.Commands.Tables;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: command lines, experiment files and checkpoints from before an option got another name still work.</summary>
public sealed class FormerNamesTests : IDisposable
{
    private static readonly Command[] Commands =
    [
        TrainCommand.Create(), EvaluateCommand.Create(), ExportCommand.Create(), ModelsCommand.Create(), ParityCommand.Create(), ScenesCommand.Create(),
        DataCommand.Create(), ImportCommand.Create(), TableCommand.Create(), DecathlonCommand.Create(), AverageCommand.Create(), InspectCommand.Create(), AffinityCommand.Create(), ReportCommand.Create(),
        ConvertCommand.Create(), QuantiseCommand.Create(), DoctorCommand.Create(),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_former_command_line_means_what_it_meant()
    {
        Assert.Equal(
            ["train", "--downscale", "3", "--crop-fraction=0.5", "--no-colour-jitter", "--out", "DIR", "--", "--reduction"],
            FormerNames.Arguments(["train", "--reduction", "3", "--crop-share=0.5", "--no-colour", "--out", "DIR", "--", "--reduction"]));
        Assert.Empty(TrainCommand.Create().Parse(FormerNames.Arguments(
            ["--reduction", "3", "--clip", "1", "--backbone-rate", "0.1", "--freeze-statistics", "--teacher-share", "0.5", "--crop-share", "0.5", "--mix-share", "0.2", "--no-colour", "--keep"])).Errors);
        Assert.Empty(AffinityCommand.Create().Parse(FormerNames.Arguments(["--data", "DIR", "--farthest", "8"])).Errors);
        Assert.Empty(AverageCommand.Create().Parse(FormerNames.Arguments(["a.ckpt", "b.ckpt", "--data", "DIR", "--out", "x.ckpt", "--statistics"])).Errors);
        Assert.Empty(TrainCommand.Create().Parse(FormerNames.Arguments(["--image-scale", "3"])).Errors);
        Assert.Empty(ExportCommand.Create().Parse(FormerNames.Arguments(["a.ckpt", "--out", "x.onnx", "--reduction", "2"])).Errors);
    }

    [Fact]
    public void A_former_name_leads_to_an_option_and_is_none()
    {
        string[] options = [.. Commands.SelectMany(command => command.Options).Select(option => option.Name)];
        Assert.All(FormerNames.OfOptions, name =>
        {
            Assert.Contains("--" + FormerNames.Option(name), options);
            Assert.DoesNotContain("--" + name, options);
        });
    }

    [Fact]
    public void A_former_experiment_file_is_read() => Assert.Equal(
        ["--downscale", "2", "--cache-scenes", "true"],
        Experiment.Arguments("old.yaml", "reduction: 2\nkeep: true\n", TrainCommand.Create().Parse([])));

    [Fact]
    public void A_former_checkpoint_keeps_its_recipe()
    {
        var path = Path.Combine(folder, "old.ckpt");
        CheckpointFile.Write(path, "RPCKPT01"u8, block => block.Write(
            """
            {"options":{"network":"mtan-segnet","height":64,"width":96,"reduction":2,"penalty":0.5,"gradient_limit":3,"average_decay":0.9,"backbone_rate":0.1,
            "freeze_statistics":true,"teacher_share":0.25,"crop_share":0.75,"colour":false}}
            """u8));
        Assert.Equal(
            new TrainingOptions
            {
                Network = "mtan-segnet", Height = 64, Width = 96, ImageScale = 2, L2Penalty = 0.5, MaxGradientNorm = 3, EmaDecay = 0.9, BackboneLearningRateFactor = 0.1,
                FreezeBatchNorm = true, TeacherWeight = 0.25, CropFraction = 0.75, ColourJitter = false,
            },
            Checkpoint.ReadState(path).Options);
    }
}
