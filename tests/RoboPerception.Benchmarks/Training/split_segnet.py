"""The split SegNet of RoboPerception.Training in PyTorch: the other side of the throughput benchmark.

Reads the number of steps of a round from each line of standard input, trains so many on one random batch, and answers with the seconds.
The first answer, before any round, is the number of parameters: the two sides must train the same network.
"""
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

widths = [int(width) for width in sys.argv[1].split(",")]
count, height, width, threads = (int(value) for value in sys.argv[2:6])
device = torch.device(sys.argv[6] if len(sys.argv) > 6 else "cpu")
torch.set_num_threads(threads)
torch.manual_seed(1)


def conv(channels_in, channels_out):
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.BatchNorm2d(channels_out), nn.ReLU(inplace=True))


def further(channels, level):
    return conv(channels, channels) if level < 2 else nn.Sequential(conv(channels, channels), conv(channels, channels))


class SplitSegNet(nn.Module):
    def __init__(self):
        super().__init__()
        back = [widths[max(level - 1, 0)] for level in range(5)]
        self.encoder = nn.ModuleList([conv(3 if level == 0 else widths[level - 1], widths[level]) for level in range(5)])
        self.encoder_further = nn.ModuleList([further(widths[level], level) for level in range(5)])
        self.decoder = nn.ModuleList([conv(widths[level], back[level]) for level in range(5)])
        self.decoder_further = nn.ModuleList([further(back[level], level) for level in range(5)])
        self.heads = nn.ModuleList([nn.Sequential(nn.Conv2d(widths[0], widths[0], 3, padding=1), nn.Conv2d(widths[0], channels, 1)) for channels in (13, 1, 3)])
        self.logsigma = nn.Parameter(torch.full([3], -0.5))

    def forward(self, x):
        indices, sizes = [], []
        for level in range(5):
            x = self.encoder_further[level](self.encoder[level](x))
            sizes.append(x.shape)
            x, index = F.max_pool2d(x, 2, 2, return_indices=True)
            indices.append(index)
        for level in reversed(range(5)):
            x = F.max_unpool2d(x, indices[level], 2, 2, output_size=sizes[level][2:])
            x = self.decoder_further[level](self.decoder[level](x))
        classes, depth, normals = (head(x) for head in self.heads)
        return F.log_softmax(classes, 1), depth, normals / (normals * normals).sum(1, keepdim=True).add(1e-12).sqrt()


def losses(outputs, labels, metres, directions):
    classes, depth, normals = outputs
    valid = metres.ne(0).to(depth.dtype)
    facing = directions.abs().sum(1).ne(0).to(normals.dtype).sum()
    return [
        F.nll_loss(classes, labels, ignore_index=-1),
        ((depth - metres).abs() * valid).sum() / valid.sum().clamp(1),
        (facing - (normals * directions).sum()) / facing.clamp(1),
    ]


network = SplitSegNet().to(device)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, foreach=True)
images = torch.rand(count, height, width, 3).permute(0, 3, 1, 2)
labels = torch.randint(0, 13, (count, height, width))
metres = torch.rand(count, 1, height, width) + 0.5
directions = F.normalize(torch.randn(count, 3, height, width), dim=1)
batch = [values.pin_memory() if device.type == "cuda" else values for values in (images, labels, metres, directions)]
network.train()
print(sum(parameter.numel() for parameter in network.parameters()), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        optimizer.zero_grad(set_to_none=True)
        # Our side brings its batch over at every step, too.
        images, labels, metres, directions = (values.to(device, non_blocking=True) for values in batch)
        terms = losses(network(images), labels, metres, directions)
        sum(terms).backward()
        optimizer.step()
        values = [term.item() for term in terms]
    print(time.perf_counter() - start, flush=True)
