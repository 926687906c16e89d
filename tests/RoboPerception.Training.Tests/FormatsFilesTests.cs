using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: data sets made of image files read as their descriptions say.</summary>
public sealed class FormatsFilesTests : IDisposable
{
    private const int Height = 16, Width = 24, Pixels = Height * Width;
    private readonly FormatFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void CityScapes_as_published_has_training_classes_and_inverse_depth()
    {
        WriteCity();
        var reader = Assert.IsType<CityScapes>(Open(classes: 19));
        Assert.Equal(["train/ulm/ulm_000000_000019"], reader.Ids);
        var image = reader.Read(reader.Ids[0], Height, Width);
        Assert.Equal([ClassMap.Unlabelled, 0, 1, 2, 10, 13, 18, ClassMap.Unlabelled], image.Labels[..8]);
        Assert.Equal([ClassMap.Unlabelled, 0, 0, 1, 4, 6, 6, ClassMap.Unlabelled], image.OtherLabels[7][..8]);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 0], image.OtherLabels[2][..8]);
        Assert.True(image.IsInverseDepth);
        Assert.Equal([0, 12801], image.DepthMillimetres[..2]);
    }

    [Fact]
    public void CityScapes_with_camera_files_has_metres()
    {
        WriteCity();
        var image = Open("cityscapes-metres:").Read("train/ulm/ulm_000000_000019", Height, Width);
        Assert.False(image.IsInverseDepth);

        // Baseline 0.2 m times 2000 pixels over a disparity of 50.
        Assert.Equal([0, 8], image.DepthMillimetres[..2].Select(step => step * image.DepthStep));
    }

    [Fact]
    public void NYUD_MT_has_forty_classes_and_edges()
    {
        folder.Image("images/0007.jpg", Height, Width, _ => (200, 200, 200));
        folder.Map8("segmentation/0007.png", Height, Width, i => (byte)(i % 41));
        folder.Npy("depth/0007.npy", "<f4", [Height, Width], i => i == 0 ? 0 : 2.25);
        folder.Npy("normals/0007.npy", "<f4", [Height, Width, 3], i => i < 3 ? 0 : i % 3 == 2 ? -1 : 0);
        folder.Npy("edge/0007.npy", "<f4", [Height, Width], i => i % 2);
        folder.Text("gt_sets/train.txt", "0007");
        folder.Text("gt_sets/val.txt", "0008", "");
        var reader = Assert.IsType<MtiNyu>(Open());
        Assert.Same(AugmentationRule.MtiNyu, ImageSet.Load(reader, Height, Width).Augmentation);
        var image = reader.Read("0007", Height, Width);
        Assert.Equal([ClassMap.Unlabelled, 0, 1], image.Labels[..3]);
        Assert.Equal(39, image.Labels[40]);
        Assert.Equal([ClassMap.Unlabelled, 11, 4], image.OtherLabels[13][..3]);
        Assert.Equal([0, 2250], image.DepthMillimetres[..2]);
        Assert.Equal(new sbyte[] { 0, 0, 0, 0, 0, -127 }, image.Normals[..6]);
        Assert.Equal([0, 1, 0, 1], image.Edges![..4]);
        var error = Assert.Throws<UserErrorException>(() => ImageSet.Load(Open(validation: true), Height, Width));
        Assert.Contains("0008.jpg", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PASCAL_MT_has_edges_saliency_parts_and_distilled_normals(bool compressed)
    {
        WritePascal(compressed);
        var reader = Assert.IsType<MtiPascal>(Open());
        Assert.Equal(0.0075, ImageSet.Load(reader, 8, 8).EdgeTolerance);
        Assert.Equal(21, reader.Classes.Count);
        var image = reader.Read("2008_000001", Height, Width);
        Assert.Equal([0, 20, ClassMap.Unlabelled], new[] { image.Labels[0], image.Labels[1], image.Labels[2] });

        // The regions meet between columns 11 and 12: a line one pixel wide.
        for (var y = 2; y < Height - 2; y++)
        {
            var row = image.Edges!.AsSpan(y * Width, Width);
            Assert.Equal(1, row.Count((byte)1));
            Assert.InRange(row.IndexOf((byte)1), 11, 12);
        }

        // Wall on the left has normals, sky on the right has none.
        Assert.Equal(new sbyte[] { 0, 0, -127 }, image.Normals[..3]);
        Assert.Equal(new sbyte[] { 0, 0, 0 }, image.Normals[(3 * (Width - 1))..(3 * Width)]);
        Assert.Equal([0, 1], new[] { image.Saliency![0], image.Saliency[Width - 1] });
        Assert.Equal([1, 6, 0], new[] { image.HumanParts![0], image.HumanParts[Width], image.HumanParts[2 * Width] });
    }

    [Fact]
    public void All_five_tasks_of_PASCAL_are_trained_and_measured()
    {
        WritePascal(false);
        var images = ImageSet.Load(Open(), 32, 32);
        var options = new TrainingOptions { Network = "mtan-segnet:widths=4,4,4,4,4", Height = 32, Width = 32, Epochs = 1, BatchSize = 1, Tasks = TaskList.Format(Open().Tasks) };
        Assert.Equal("seg21,human_parts,sal,edge,normal", options.Tasks);
        var initial = new TrainingState { Options = options, TrainingImages = images.Count, DataSet = "pascal", Commit = "none" };
        using var trainer = Trainer.Start(folder.At("run"), initial, images, images, TorchSharp.torch.CPU);
        trainer.Run();
        foreach (var name in new[] { "segmentation", "edge", "normals", "saliency", "human" })
        {
            Assert.Contains(trainer.State.Metrics, metric => metric.Key.StartsWith(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_image_without_part_labels_has_none_to_compare_with()
    {
        WritePascal(false);
        File.Delete(folder.At("human_parts/2008_000001.mat"));
        var image = Open().Read("2008_000001", Height, Width);
        Assert.All(image.HumanParts!, part => Assert.Equal(LabeledImage.Unknown, part));
        Assert.Throws<UserErrorException>(() => Open(ids: "parts-train"));
    }

    [Fact]
    public void A_damaged_annotation_is_named()
    {
        WritePascal(true);
        var path = folder.At("pascal-context/trainval/2008_000001.mat");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..200]);
        var error = Assert.Throws<UserErrorException>(() => ImageSet.Load(Open(), Height, Width));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_Visual_Decathlon_counts_classes_by_folder_and_keeps_shapes()
    {
        foreach (var (name, height, width) in new[] { ("train/0002/b.jpg", 72, 90), ("train/0001/a.jpg", 108, 72), ("val/0002/c.jpg", 72, 72), ("test/d.jpg", 72, 80) })
        {
            folder.Image("gtsrb/" + name, height, width, _ => (10, 20, 30));
        }

        var reader = Assert.IsType<Decathlon>(Open(ids: "gtsrb/train"));
        Assert.Equal(["gtsrb/train/0001/a.jpg", "gtsrb/train/0002/b.jpg"], reader.Ids);
        var images = ImageSet.Load(reader, 72, 72);
        Assert.Equal((108, 72, 0), (images[0].Height, images[0].Width, images[0].Category));
        Assert.Equal((72, 90, 1), (images[1].Height, images[1].Width, images[1].Category));
        using var loader = new BatchLoader(images, new Augmentation(72, 72) { Rule = images.Augmentation }, 2, seed: 1, epoch: 0);
        Assert.Equal([0, 1], Assert.Single(loader.Batches()).Categories.Order());
        Assert.Equal(1, Open(ids: "gtsrb/val").Read("gtsrb/val/0002/c.jpg", 72, 72).Category);
        Assert.Equal(-1, Open(ids: "gtsrb/test").Read("gtsrb/test/d.jpg", 72, 72).Category);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decathlon_images_are_normalised_by_what_is_published_or_measured(bool published)
    {
        folder.Image("dtd/train/a/1.png", 72, 72, _ => (51, 102, 0));
        folder.Image("dtd/train/b/2.png", 72, 72, _ => (153, 102, 0));
        if (published)
        {
            // Protocol 0, as Python 2 writes {'dtdmean': [0.1, 0.2, 0.3], 'dtdstd': [0.5, 0.5, 0.5]}.
            File.WriteAllText(folder.At("decathlon_mean_std.pickle"), "(dp0\nS'dtdmean'\np1\n(lp2\nF0.1\naF0.2\naF0.3\nasS'dtdstd'\np3\n(lp4\nF0.5\naF0.5\naF0.5\nas.");
        }

        var images = ImageSet.Load(Open(ids: "dtd/train"), 72, 72);
        Assert.Equal(published ? [0.1, 0.2, 0.3] : [0.4, 0.4, 0], images.Statistics!.Mean.Select(value => Math.Round(value, 6)));
        Assert.Equal(published ? [0.5, 0.5, 0.5] : [0.2, 0, 0], images.Statistics.Deviation.Select(value => Math.Round(value, 6)));
        using var loader = new BatchLoader(images, new Augmentation(72, 72, Colour: false) { Rule = images.Augmentation }, 2, seed: 1, epoch: 0);
        var reds = Assert.Single(loader.Batches()).Images.Where((_, i) => i % 3 == 0).Distinct().Order().Select(value => Math.Round(value, 4));
        Assert.Equal(published ? [0.2, 1] : [-1.0, 1], reds);
    }

    [Fact]
    public void Sensors_count_depth_in_their_own_ways()
    {
        foreach (var id in new[] { "NYU", "SUN", "TUM", "other" })
        {
            folder.Image($"{id}_color.png", Height, Width, _ => (1, 2, 3));
        }

        // 1.5 m in each: disparity 858 (bytes as the recorder wrote them), millimetres turned left by three, 5000 a metre, millimetres.
        folder.Map16("NYU_depth.pgm", Height, Width, i => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ushort)(i == 0 ? 2047 : 858)));
        folder.Map16("SUN_depth.png", Height, Width, i => i == 0 ? (ushort)0 : (ushort)((1500 << 3) | (1500 >> 13)));
        folder.Map16("TUM_depth.png", Height, Width, i => i == 0 ? (ushort)0 : (ushort)7500);
        folder.Map16("other_depth.png", Height, Width, i => i == 0 ? (ushort)0 : (ushort)1500);
        var reader = Assert.IsType<RgbdPairs>(Open());
        Assert.Equal(["NYU", "SUN", "TUM", "other"], reader.Ids);
        foreach (var id in reader.Ids)
        {
            var image = reader.Read(id, Height, Width);
            Assert.Equal(0, image.DepthMillimetres[0]);
            Assert.InRange(image.DepthMillimetres[1] * image.DepthStep, 1.497, 1.503);
            Assert.All(image.Labels, label => Assert.Equal(ClassMap.Unlabelled, label));
        }
    }

    [Fact]
    public void A_photographs_note_that_would_turn_it_leaves_its_pixels_where_the_depth_was_measured()
    {
        // White above black, and an Exif note (orientation 6: a quarter turn) as phones write one.
        folder.Image("phone_color.jpg", Height, Width, i => i < Pixels / 2 ? ((byte)255, (byte)255, (byte)255) : ((byte)0, (byte)0, (byte)0));
        var content = File.ReadAllBytes(folder.At("phone_color.jpg"));
        byte[] note = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        File.WriteAllBytes(folder.At("phone_color.jpg"), [.. content[..2], .. note, .. content[2..]]);
        folder.Map16("phone_depth.png", Height, Width, i => i < Pixels / 2 ? (ushort)1000 : (ushort)2000);
        var image = Open().Read("phone", Height, Width);
        Assert.All(Enumerable.Range(0, Pixels), i => Assert.InRange(image.Rgb[3 * i], image.DepthMillimetres[i] == 1000 ? 200 : 0, image.DepthMillimetres[i] == 1000 ? 255 : 55));
    }

    [Fact]
    public void TUM_sequences_are_paired_by_time()
    {
        folder.Text("rgb.txt", "# colour", "1.000 rgb/a.png", "1.033 rgb/b.png");
        folder.Text("depth.txt", "1.019 depth/x.png", "1.500 depth/far.png");
        folder.Image("rgb/a.png", Height, Width, _ => (1, 1, 1));
        folder.Image("rgb/b.png", Height, Width, _ => (2, 2, 2));
        folder.Map16("depth/x.png", Height, Width, _ => 10_000);
        var reader = Open();
        Assert.Equal(["x"], reader.Ids);
        var image = reader.Read("x", Height, Width);
        Assert.Equal((2, 2.0), (image.Rgb[0], image.DepthMillimetres[0] * image.DepthStep));
    }

    [Fact]
    public void KITTI_depth_is_in_256ths_of_a_metre()
    {
        folder.Image("rgb/5.png", Height, Width, _ => (1, 2, 3));
        folder.Map16("depth/5.png", Height, Width, _ => 2560);
        var image = Open("kitti:").Read("5", Height, Width);
        Assert.Equal(10, image.DepthMillimetres[0] * image.DepthStep);
    }

    [Fact]
    public void A_folder_of_no_known_layout_names_those_that_are()
    {
        var error = Assert.Throws<UserErrorException>(() => Open());
        Assert.Contains("pascal-mt", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
    }

    private ImageReader Open(string prefix = "", string? ids = null, bool validation = false, int classes = 0) =>
        DataFormats.Open(new DataRequest(prefix + folder.Root, ids, validation, classes));

    private void WriteCity()
    {
        const string id = "train/ulm/ulm_000000_000019_";
        byte[] labels = [0, 7, 8, 11, 23, 26, 33, 30];
        folder.Image($"leftImg8bit/{id}leftImg8bit.png", Height, Width, _ => (9, 9, 9));
        folder.Map8($"gtFine/{id}gtFine_labelIds.png", Height, Width, i => labels[i % labels.Length]);
        folder.Map16($"disparity/{id}disparity.png", Height, Width, i => i % 2 == 0 ? (ushort)0 : (ushort)((50 * 256) + 1));
        folder.Text($"camera/{id}camera.json", """{"extrinsic": {"baseline": 0.2}, "intrinsic": {"fx": 2000.0}}""");
    }

    private void WritePascal(bool compressed)
    {
        const string id = "2008_000001";
        folder.Text("ImageSets/Context/train.txt", id);
        folder.Image($"JPEGImages/{id}.jpg", Height, Width, _ => (50, 60, 70));
        folder.Map8($"semseg/VOC12/{id}.png", Height, Width, i => i switch { 1 => 20, 2 => 255, _ => 0 });

        // 440 is a wall, 360 the sky.
        folder.Mat5($"pascal-context/trainval/{id}.mat", compressed, FormatFolder.Numbers("LabelMap", 11, Height, Width, i => i % Width < Width / 2 ? 440 : 360));
        folder.Image($"normals_distill/{id}.png", Height, Width, _ => (128, 128, 0));
        folder.Map8($"sal_distill/{id}.png", Height, Width, i => i % Width < Width / 2 ? (byte)100 : (byte)200);
        byte[] Mask(int row) => FormatFolder.Numbers("", 9, Height, Width, i => i / Width == row ? 1 : 0);
        byte[] Part(params (string Name, int Row)[] parts) => FormatFolder.Structures(
            "", ["part_name", "mask"], [.. parts.Select(part => new[] { FormatFolder.Letters("", part.Name), Mask(part.Row) })]);
        var objects = FormatFolder.Structures(
            "",
            ["class", "class_ind", "mask", "parts"],
            [FormatFolder.Letters("", "dog"), FormatFolder.Numbers("", 6, 1, 1, _ => 12), Mask(5), Part(("head", 5))],
            [FormatFolder.Letters("", "person"), FormatFolder.Numbers("", 6, 1, 1, _ => 15), Mask(0), Part(("lebrow", 0), ("rfoot", 1))]);
        folder.Mat5($"human_parts/{id}.mat", compressed, FormatFolder.Structures("anno", ["imname", "objects"], [FormatFolder.Letters("", id), objects]));
    }
}
