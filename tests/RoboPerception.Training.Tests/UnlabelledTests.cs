using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static RoboPerception.Training.Tests.ShortRuns;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Photographs without ground truth beside labelled ones.</summary>
public sealed class UnlabelledTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Of_a_film_every_so_many_th_frame_is_shown()
    {
        var path = Path.Combine(folder, "film.avi");
        using (var film = new VideoWriter(path, FourCC.MJPG, 10, new OpenCvSharp.Size(64, 64)))
        {
            for (var i = 0; i < 10; i++)
            {
                using var frame = new Mat(64, 64, MatType.CV_8UC3, new Scalar(0, 0, 20 * (i + 1)));
                film.Write(frame);
            }
        }

        var images = UnlabelledImages.Open(Images, path, 3, CancellationToken.None);
        Assert.Equal((4, 32, 32), (images.Count, images.Height, images.Width));
        int[] reds = [.. Enumerable.Range(0, 4).Select(place => (int)images.Read(0, place).Rgb[0])];
        Assert.All(reds.Order().Zip([20, 80, 140, 200]), pair => Assert.InRange(pair.First, pair.Second - 4, pair.Second + 4));
        Assert.Equal(reds, Enumerable.Range(0, 4).Select(place => (int)UnlabelledImages.Open(Images, path, 3, CancellationToken.None).Read(5, place).Rgb[0]));
    }

    [Fact]
    public void An_image_of_another_shape_is_cut_about_its_middle_and_has_no_ground_truth()
    {
        using (var wide = new Mat(64, 128, MatType.CV_8UC3, new Scalar(0, 255, 0)))
        {
            wide[new Rect(32, 0, 64, 64)].SetTo(new Scalar(255, 0, 0));
            Cv2.ImWrite(Path.Combine(folder, "wide.png"), wide);
        }

        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no image");
        var images = UnlabelledImages.Open(Images, folder, 1, CancellationToken.None);
        var image = images.Read(0, Assert.Single(Enumerable.Range(0, images.Count)));
        Assert.All(image.Rgb.Chunk(3), pixel => Assert.Equal([0, 0, 255], pixel));
        Assert.All(image.Labels, label => Assert.Equal(ClassMap.Unlabelled, label));
        Assert.Equal((0, 0), (image.DepthMillimetres.Max(depth => depth), image.Normals.Max(part => (int)part)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("empty")]
    [InlineData("film.avi")]
    public void What_holds_no_image_is_refused_by_name(string name)
    {
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        File.WriteAllText(Path.Combine(folder, "film.avi"), "no film");
        var error = Assert.Throws<UserErrorException>(() => UnlabelledImages.Open(Images, Path.Combine(folder, name), 1, CancellationToken.None));
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        Assert.Contains($"--unlabelled '{Path.Combine(folder, name)}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tasks_whose_loss_counts_every_pixel_are_refused()
    {
        UnlabelledImages.Check(TaskList.Parse("seg,logdepth,normal-chord"));
        Assert.Contains("'edge'", Assert.Throws<UserErrorException>(() => UnlabelledImages.Check(TaskList.Parse("seg,edge"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void They_are_learnt_from_the_teachers_alone()
    {
        // The same images: with ground truth and none of the loss towards it, and without ground truth and half of the loss towards it.
        WriteImages();
        var taught = FirstLosses(Images, share: 1, "labelled");
        var unlabelled = UnlabelledImages.Open(Images, Path.Combine(folder, "images"), 1, CancellationToken.None);
        var half = FirstLosses(new Shuffled(unlabelled, Images), share: 0.5, "unlabelled");
        Assert.All(taught.Zip(half), pair => Assert.Equal(pair.First / 2, pair.Second, 1e-4));
    }

    [Fact]
    public void An_interrupted_run_goes_on_to_the_bit()
    {
        WriteImages();
        using var mixed = new MixedImages(Images, UnlabelledImages.Open(Images, Path.Combine(folder, "images"), 1, CancellationToken.None), 0.25, "--unlabelled");
        Assert.Equal(8, mixed.Count);
        var recipe = Recipe(2);
        recipe = recipe with { Options = recipe.Options with { Teachers = [Teacher()] } };
        using (var whole = Trainer.Start(Path.Combine(folder, "whole"), recipe, mixed, validation: null, CPU))
        {
            whole.Run();
            Assert.Equal(8, whole.State.Step);
        }

        using (var stop = new CancellationTokenSource())
        using (var begun = Trainer.Start(Path.Combine(folder, "begun"), recipe, mixed, validation: null, CPU))
        {
            begun.Stepped = report =>
            {
                if (report is { Epoch: 1, Batch: 2 })
                {
                    stop.Cancel();
                }
            };
            Assert.Throws<OperationCanceledException>(() => begun.Run(stop.Token));
        }

        using (var resumed = Trainer.Resume(Path.Combine(folder, "begun"), mixed, validation: null, CPU))
        {
            resumed.Run();
        }

        Assert.Equal(State(Path.Combine(folder, "whole")), State(Path.Combine(folder, "begun")));
    }

    private void WriteImages()
    {
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        for (var i = 0; i < Images.Count; i++)
        {
            using var mat = new Mat(Images.Height, Images.Width, MatType.CV_8UC3);
            mat.SetArray(Images[i].Rgb.Chunk(3).Select(pixel => new Vec3b(pixel[2], pixel[1], pixel[0])).ToArray());
            Cv2.ImWrite(Path.Combine(folder, "images", $"{i}.png"), mat);
        }
    }

    private string Teacher()
    {
        var path = Path.Combine(folder, "teacher.ckpt");
        random.manual_seed(1);
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse("mtan-segnet:widths=4,4,8,8,8"), TaskDescription.NyuThree);
        Exports.Shake(network);
        Checkpoint.Save(path, Recipe(1), network, optimizer: null);
        return path;
    }

    private IReadOnlyList<double> FirstLosses(ImageSource images, double share, string run)
    {
        var recipe = Recipe(1);
        recipe = recipe with { Options = recipe.Options with { Teachers = [Teacher()], TeacherWeight = share } };
        IReadOnlyList<double> first = [];
        using var trainer = Trainer.Start(Path.Combine(folder, run), recipe, images, validation: null, CPU);
        trainer.Stepped = report => first = first.Count == 0 ? report.Losses : first;
        trainer.Run();
        return first;
    }

    /// <summary>Images without ground truth, in the order of those that they are copies of.</summary>
    private sealed class Shuffled(UnlabelledImages images, ImageSet like) : ImageSource
    {
        public override int Count => like.Count;

        public override int Height => like.Height;

        public override int Width => like.Width;

        public override LabeledImage Read(int epoch, int place) =>
            Enumerable.Range(0, images.Count).Select(other => images.Read(0, other)).First(image => image.Rgb.AsSpan().SequenceEqual(like[place].Rgb));
    }
}
